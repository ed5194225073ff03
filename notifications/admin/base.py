"""What all lists and forms of the admin share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from notifications.errors import InvalidPreferences

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class LookupAdmin(ModelAdmin):
    """Chooses the `lookups`, fields that refer to models of other apps, by autocomplete.

    Autocomplete needs an admin of the model referred to, with something to search in. Whether the
    project registers one is asked when a form is built: until then, it still may.
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


class RefusingAdmin(ModelAdmin):
    """What somebody else made impossible between the check and the write is a message, no crash."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._or_message(super().changeform_view, request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._or_message(super().changelist_view, request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._or_message(super().delete_view, request, *args, **kwargs)

    def _or_message(
        self, view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except InvalidPreferences as error:
            self.message_user(request, str(error), messages.ERROR)
        except ProtectedError as error:
            self.message_user(request, error.args[0], messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())
