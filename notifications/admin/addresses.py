"""Where users are delivered to: what they registered themselves, which others can only forget."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from notifications.admin.base import LookupAdmin
from notifications.admin.deleting import DependentAdmin
from notifications.models import Address


@admin.register(Address)
class AddressAdmin(DependentAdmin, LookupAdmin):
    """Shows no address in full, nor what is signed with: either may be a password."""

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
