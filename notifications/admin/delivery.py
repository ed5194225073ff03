"""Admins of addresses and of the record of deliveries, with an action to retry dead letters."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notifications.admin.base import LookupAdmin
from notifications.admin.deleting import DependentAdmin
from notifications.delivery.retry import revive
from notifications.models import Address, Send, SentNotification


class RecordAdmin(DependentAdmin):
    """Read-only admin. Records are deleted only with their user or notification."""

    show_full_result_count = False
    ordering = ["-pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_cascade(request, obj)


@admin.register(Address)
class AddressAdmin(DependentAdmin, LookupAdmin):
    """Admin that shows no full address and no signing secret, as both may be credentials."""

    list_display = ["user", "backend", "begins_with", "updated"]
    list_filter = ["backend"]
    list_select_related = ["user", "backend"]
    fields = ["user", "backend", "begins_with", "created", "updated"]
    readonly_fields = ["begins_with", "created", "updated"]
    ordering = ["user_id", "backend__position", "backend_id"]
    show_full_result_count = False

    @admin.display(description=_("begins with"))
    def begins_with(self, address: Address) -> str:
        return address.hint

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Send)
class SendAdmin(RecordAdmin):
    date_hierarchy = "created"
    list_display = ["notification", "key", "users", "created", "finished"]
    list_filter = [("finished", admin.EmptyFieldListFilter), "notification"]
    list_select_related = ["notification"]
    search_fields = ["key__exact"]


@admin.register(SentNotification)
class SentNotificationAdmin(RecordAdmin):
    actions = ["try_again"]
    list_display = ["user", "notification", "backend", "state", "attempts", "error", "updated"]
    list_filter = ["state", "backend", "notification"]
    list_select_related = ["user", "notification", "backend"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Return exact lookups, which use an index, as there may be millions of rows."""
        return [f"user__{get_user_model().USERNAME_FIELD}__exact", "send__key__exact"]

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm("notifications.change_sentnotification"))

    @admin.action(description=_("Retry failed deliveries"), permissions=["try_again"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        count = revive(queryset)
        message = ngettext(
            "%(count)d delivery will be retried.", "%(count)d deliveries will be retried.", count
        )
        self.message_user(request, message % {"count": count}, messages.SUCCESS)
