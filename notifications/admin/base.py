"""Base classes of the admins."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest
from django.db.models import ProtectedError, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from notifications.admin.keys import KeySelect, KeySelectMultiple, KeysField, is_key
from notifications.database.routing import for_write, read_your_writes
from notifications.errors import InvalidPreferences

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class PrimaryDatabaseAdmin(_ModelAdmin):
    """Read from the primary database, as forms are compared with stored rows.

    Query parameters that no row can have are rejected before a database reports an error.
    """

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.using(for_write())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        options = self._routed(db_field, request, KeySelect, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        options = self._routed(db_field, request, KeySelectMultiple, kwargs)
        return super().formfield_for_manytomany(
            db_field, request, **{"form_class": KeysField, **options}
        )

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with read_your_writes():
            return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with read_your_writes():
            return super().changelist_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with read_your_writes():
            return super().delete_view(request, *args, **kwargs)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Raise IncorrectLookupParameters, on which Django shows the list without parameters."""
        if any("\0" in text for item in request.GET.lists() for text in (item[0], *item[1])):
            raise IncorrectLookupParameters
        try:
            return super().get_changelist_instance(request)
        except (OverflowError, ValueError) as error:
            raise IncorrectLookupParameters from error

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if "\0" in search_term:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> Any:
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            if not is_key(self.opts.pk, key):
                raise BadRequest(f"{key!r} is not a key of a row.")
        return super().response_action(request, queryset, *args, **kwargs)

    def _routed(
        self, db_field: Any, request: HttpRequest, widget: Any, options: dict[str, Any]
    ) -> dict[str, Any]:
        options = {"using": for_write(), **options}
        if db_field.name in self.get_autocomplete_fields(request):
            select = widget(db_field, self.admin_site, using=options["using"])
            options.setdefault("widget", select)
        return options


class LookupAdmin(PrimaryDatabaseAdmin):
    """Admin with autocompletion of the fields `lookups`, which refer to models of other apps.

    Autocompletion needs a registered admin of the other model that has search fields. This is
    checked when a form is built, as a project may register admins until then.
    """

    lookups: ClassVar[list[str]] = []

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        found = [name for name in self.lookups if self._searchable(request, name)]
        return [*super().get_autocomplete_fields(request), *found]

    def _searchable(self, request: HttpRequest, name: str) -> bool:
        model: Any = self.opts.get_field(name).related_model
        try:
            other = self.admin_site.get_model_admin(model)
        except NotRegistered:
            return False
        return bool(other.get_search_fields(request))


class ErrorMessageAdmin(PrimaryDatabaseAdmin):
    """Show a message if a write fails because of a concurrent change after validation."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._with_message(super().changeform_view, request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._with_message(super().changelist_view, request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._with_message(super().delete_view, request, *args, **kwargs)

    def _with_message(
        self, view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except InvalidPreferences as error:
            self.message_user(request, str(error), messages.ERROR)
        except ProtectedError as error:
            self.message_user(request, error.args[0], messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())
