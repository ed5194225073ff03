"""Admins of backends and notifications, which are editable unless code declares them."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import Permission
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import texts
from notifications.admin.base import ErrorMessageAdmin, LookupAdmin, PrimaryDatabaseAdmin
from notifications.admin.declarations import DeclaredAdmin
from notifications.admin.deleting import cascade_counts, protected_by
from notifications.admin.keys import KeySelectMultiple
from notifications.database.routing import for_write
from notifications.models import Backend, GroupPrefs, Notification, NotificationBackend, UserPrefs

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Any, Any]
else:
    TabularInline = admin.TabularInline

permissions_site = AdminSite("notifications_permissions")
"""Site without URLs, for the autocompletion of permissions in projects without such an admin."""


@admin.register(Permission, site=permissions_site)
class PermissionAdmin(PrimaryDatabaseAdmin):
    search_fields = ["name", "codename", "content_type__app_label", "content_type__model"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("content_type")


class PermissionSelect(KeySelectMultiple):
    url_name = "%s:notifications_permissions"


class CountingChangeList(ChangeList):
    """List with counts, which autocompletion does not need."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> Any:
        backends: Any = super().get_queryset(*args, **kwargs)
        return backends.counted()


@admin.register(Backend)
class BackendAdmin(DeclaredAdmin, ErrorMessageAdmin):
    kind = "backends"
    list_display = [
        "name",
        "title",
        "enabled",
        "usable",
        "in_notifications",
        "in_user_preferences",
        "in_group_preferences",
    ]
    list_editable = ["enabled"]
    list_filter = ["enabled"]
    search_fields = ["name", "display_name", "description"]
    fields = ["name", "display_name", "description", "enabled", "klass"]

    @admin.display(
        description=Backend._meta.get_field("display_name").verbose_name, ordering="display_name"
    )
    def title(self, backend: Any) -> str:
        return texts.translated(backend.display_name)

    @admin.display(description=gettext_lazy("usable"), boolean=True)
    def usable(self, backend: Any) -> bool:
        return not backend.problem

    def note(self, row: Any) -> str:
        """Add the reason why the class cannot be used."""
        return format_html_join(
            " ", "{}", ((text,) for text in (super().note(row), row.problem) if text)
        )

    @admin.display(description=Notification._meta.verbose_name_plural)
    def in_notifications(self, backend: Any) -> int:
        return int(backend.cells_count)

    @admin.display(description=UserPrefs._meta.verbose_name_plural)
    def in_user_preferences(self, backend: Any) -> int:
        return int(backend.userprefs_count)

    @admin.display(description=GroupPrefs._meta.verbose_name_plural)
    def in_group_preferences(self, backend: Any) -> int:
        return int(backend.groupprefs_count)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CountingChangeList

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return ["klass"]
        owned = bool(obj.klass or self.declaration(obj).owned)
        return ["name", "klass", *(["display_name", "description"] if owned else [])]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Count the rows that refer to the backends, instead of listing all of them."""
        found = {str(row): protected_by(row) for row in objs}
        protected = [f"{name}: {', '.join(counts)}" for name, counts in found.items() if counts]
        return (
            ([], {}, set(), protected) if protected else super().get_deleted_objects(objs, request)
        )


class CellInline(TabularInline):
    model = NotificationBackend
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).using(for_write())
        return rows.select_related("notification", "backend")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs = {"using": for_write(), **kwargs}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Notification)
class NotificationAdmin(DeclaredAdmin, LookupAdmin, ErrorMessageAdmin):
    kind = "notifications"
    inlines = [CellInline]
    lookups = ["permissions"]
    list_display = ["name", "title", "heading", "public", "retired", "delivered_by"]
    list_filter = ["category", "public", "retired"]
    search_fields = ["name", "display_name", "description", "category"]
    fields = ["name", "display_name", "description", "category", "public", "permissions"]

    @admin.display(
        description=Notification._meta.get_field("display_name").verbose_name,
        ordering="display_name",
    )
    def title(self, notification: Any) -> str:
        return texts.translated(notification.display_name)

    @admin.display(
        description=Notification._meta.get_field("category").verbose_name, ordering="category"
    )
    def heading(self, notification: Any) -> str:
        return texts.translated(notification.category)

    @admin.display(description=NotificationBackend._meta.verbose_name_plural)
    def delivered_by(self, notification: Any) -> str:
        return ", ".join(str(cell.backend) for cell in notification.cells.all())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        cells = NotificationBackend.objects.using(for_write()).select_related("backend")
        return super().get_queryset(request).prefetch_related(Prefetch("cells", cells))

    def get_urls(self) -> Any:
        search = self.admin_site.admin_view(permissions_site.autocomplete_view)
        return [path("permissions/", search, name="notifications_permissions"), *super().get_urls()]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "permissions" not in self.get_autocomplete_fields(request):
            kwargs["widget"] = PermissionSelect(db_field, self.admin_site, using=for_write())
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes of declared notifications, which the next sync would undo."""
        return super().has_change_permission(request, obj) and not (
            obj and self.declaration(obj).owned
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to delete declared notifications, which would return without preferences."""
        return super().has_delete_permission(request, obj) and not (
            obj and self.declaration(obj).location
        )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        rows = list(objs)
        self.declare(rows)
        text = _("{name}: declared in {place}. Remove the declaration first.")
        declared = [row for row in rows if row.declaration.location]
        protected = [text.format(name=row, place=row.declaration.location) for row in declared]
        if declared or not rows:
            return [], {}, set(), protected
        return [str(row) for row in rows], cascade_counts(rows), set(), []
