"""Admins of preferences. They write through the same functions as the API, under its rules."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from notifications import preferences
from notifications.admin.base import ErrorMessageAdmin, LookupAdmin
from notifications.admin.deleting import DependentAdmin
from notifications.database.routing import writing
from notifications.errors import Problem, ProblemCode
from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from notifications.models.querysets import PrefsQuerySet
from notifications.preferences.validation import Preference

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm

CATALOGUE_ORDER = ["notification__position", "notification_id", "backend__position", "backend_id"]
CELL_TEXTS = [
    f"{model._meta.model_name}__{text}"
    for model in (Notification, Backend)
    for text in ("name", "display_name")
]


class PrefsForm(ModelForm):
    """One preference. If it is changed, it is validated against the rule."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.has_changed() and not self.errors:
            for problem in self._problems(cleaned):
                field = self._field(problem.code)
                self.add_error(field if field in self.fields else None, problem.message)
        return cleaned

    def _problems(self, cleaned: dict[str, Any]) -> list[Problem]:
        subject, notification, backend = (
            cleaned[name] if name in self.fields else getattr(self.instance, name)
            for name in (self.instance.subject, "notification", "backend")
        )
        return self.check(subject, Preference(notification.name, backend.name, cleaned["notify"]))

    def _field(self, code: ProblemCode) -> str:
        denied = code is ProblemCode.PERMISSION_DENIED
        return str(self.instance.subject) if denied else "backend"

    @abstractmethod
    def check(self, subject: Any, preference: Preference) -> list[Problem]:
        """Return the problems for which an update would be rejected."""


class UserPrefsForm(PrefsForm):
    def check(self, subject: Any, preference: Preference) -> list[Problem]:
        return preferences.check(user=subject, preferences=[preference])


class GroupPrefsForm(PrefsForm):
    def check(self, subject: Group, preference: Preference) -> list[Problem]:
        return preferences.check_group(group=subject, preferences=[preference])


class PrefsAdmin(DependentAdmin, LookupAdmin, ErrorMessageAdmin):
    """Admin whose rows keep their user or group, notification and backend once they exist."""

    subject: ClassVar[str]
    autocomplete_fields = ["notification", "backend"]
    list_editable = ["notify"]
    list_filter = ["notify", "backend", "notification__category", "notification"]
    readonly_fields: ClassVar[list[str]] = ["created", "updated"]
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = [self.subject, "notification", "backend", "notify"]
        return [*fields, *self.readonly_fields] if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = [self.subject, "notification", "backend"] if obj else []
        return [*fixed, *self.readonly_fields]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": self.form, **kwargs})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(self.subject, "notification", "backend")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change or form.has_changed():
            self.update(obj, Preference(obj.notification.name, obj.backend.name, obj.notify))
        if not change:
            cell = {key: getattr(obj, key) for key in (self.subject, "notification", "backend")}
            obj.pk = self.model._default_manager.get(**cell).pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.clear(obj, [obj.notification.name], [obj.backend.name])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        with writing() as using:
            rows: PrefsQuerySet = self.model._default_manager.all()
            rows.filter(pk__in=queryset.using(using).order_by().values("pk")).clear()

    @abstractmethod
    def update(self, row: Any, preference: Preference) -> None:
        """Set the preference of the user or group of this row."""

    @abstractmethod
    def clear(self, row: Any, notifications: list[str], backends: list[str]) -> None:
        """Clear preferences of the user or group of this row."""


@admin.register(UserPrefs)
class UserPrefsAdmin(PrefsAdmin):
    form = UserPrefsForm
    subject = UserPrefs.subject
    lookups = ["user"]
    raw_id_fields = ["user"]
    list_display = ["user", "notification", "backend", "notify", "updated"]
    list_select_related = ["user", "notification", "backend"]
    ordering = ["user_id", *CATALOGUE_ORDER]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        model = get_user_model()
        existing = {field.name for field in model._meta.get_fields()}
        names = dict.fromkeys([model.USERNAME_FIELD, model.get_email_field_name()])
        return [*(f"user__{name}" for name in names if name in existing), *CELL_TEXTS]

    def update(self, row: Any, preference: Preference) -> None:
        preferences.update(user=row.user, preferences=[preference])

    def clear(self, row: Any, notifications: list[str], backends: list[str]) -> None:
        preferences.clear(users=[row.user], notifications=notifications, backends=backends)


@admin.register(GroupPrefs)
class GroupPrefsAdmin(PrefsAdmin):
    form = GroupPrefsForm
    subject = GroupPrefs.subject
    lookups = ["group"]
    raw_id_fields = ["group"]
    list_display = ["group", "notification", "backend", "notify", "updated"]
    list_select_related = ["group", "notification", "backend"]
    ordering = ["group_id", *CATALOGUE_ORDER]
    search_fields = ["group__name", *CELL_TEXTS]

    def update(self, row: Any, preference: Preference) -> None:
        preferences.update_group(group=row.group, preferences=[preference])

    def clear(self, row: Any, notifications: list[str], backends: list[str]) -> None:
        preferences.clear_group(group=row.group, notifications=notifications, backends=backends)
