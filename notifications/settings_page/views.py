"""Settings page of a user or a group: a form, and the data of its JavaScript module."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from notifications.access import Access, Action
from notifications.configuration.entries import enabled_backends
from notifications.database.routing import read_your_writes
from notifications.errors import InvalidPreferences
from notifications.models import Notification
from notifications.settings_page import texts
from notifications.settings_page.forms import GroupFormSet, NotifierFormSet
from notifications.settings_page.formsets import MatrixFormSet
from notifications.settings_page.page_data import page_data


@method_decorator(never_cache, name="dispatch")
class MatrixView(LoginRequiredMixin, TemplateView, ABC):
    """Show a matrix as a formset, and save it. `subject` is the user or the group."""

    type_name: ClassVar[str]
    sources: Mapping[str, Any]

    @abstractmethod
    def get_subject(self, action: Action) -> Any:
        """Return the user or the group. Raises Forbidden or Http404."""

    @abstractmethod
    def may_change(self) -> bool: ...

    @abstractmethod
    def formset(self, data: Any = None) -> MatrixFormSet: ...

    @abstractmethod
    def heading(self) -> str: ...

    def get_extra_context(self, _formset: Any) -> dict[str, Any]:
        return {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read from the primary database: a page is often read right after it was saved."""
        with read_your_writes():
            return super().dispatch(request, *args, **kwargs)

    @cached_property
    def access(self) -> Access:
        return Access(self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        self.subject = self.get_subject("view")
        return self.respond(self.formset())

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        self.subject = self.get_subject("change")
        formset = self.formset(request.POST)
        if not formset.is_valid():
            return self.respond(formset)
        try:
            changed = formset.save()
        except InvalidPreferences:  # the formset has the reasons
            return self.respond(formset)
        messages.success(request, texts.saved(changed), fail_silently=True)
        return HttpResponseRedirect(request.path)

    def respond(self, formset: MatrixFormSet) -> HttpResponse:
        subject = (self.type_name, self.subject.pk)
        context = self.get_context_data(
            formset=formset,
            heading=self.heading(),
            sources=self.sources,
            subject=self.subject,
            page=page_data(formset, subject=subject, sources=self.sources),
            missing_step="" if formset.forms else self.missing_step(),
            **self.get_extra_context(formset),
        )
        return self.render_to_response(context)

    def missing_step(self) -> str:
        """Return the reason for an empty page, for staff."""
        if not getattr(self.access.viewer, "is_staff", False):
            return ""
        if not enabled_backends():
            return str(texts.NO_BACKENDS)
        declared = Notification.objects.exists()
        return str(texts.NONE_AVAILABLE if declared else texts.NONE_DECLARED)

    def key(self, model: type[Model]) -> Any:
        """Return the primary key of the URL. Raises Http404 if it is not the canonical spelling."""
        text = self.kwargs["key"]
        try:
            key = model._meta.pk.clean(text, None)
        except ValidationError:
            raise Http404 from None
        if str(key) != text or "\0" in text:  # PostgreSQL has no NUL in texts
            raise Http404
        return key


class UserView(MatrixView):
    """Preferences of another user, for viewers with permissions."""

    template_name = "notifications/preferences.html"
    type_name = "User"

    def get_subject(self, action: Action) -> Any:
        key = self.key(get_user_model())
        user = self.access.users(action, [key]).get(key)
        if user is None:
            raise Http404
        return user

    def may_change(self) -> bool:
        return self.access.may("change", user=self.subject.pk)

    def formset(self, data: Any = None) -> NotifierFormSet:
        return NotifierFormSet(self.subject, data, read_only=not self.may_change())

    def heading(self) -> str:
        if self.own:
            return _("Notification settings")
        return _("Notification settings of %(user)s") % {"user": self.subject.get_username()}

    def get_extra_context(self, formset: Any) -> dict[str, Any]:
        """Add rows that the user may not see, for viewers who may see all users' preferences."""
        matrix = formset.matrix
        rows = matrix.withheld if self.access.may("view") else ()
        groups = [group.id for group in matrix.groups] if self.own else []
        return {
            "own": self.own,
            "withheld": [row.notification for row in rows],
            "groups": self.access.groups("view", groups).values() if groups else (),
        }

    @property
    def own(self) -> bool:
        return bool(self.subject == self.access.viewer)

    @property
    def sources(self) -> Mapping[str, Any]:  # type: ignore[override]
        return texts.OWN_SOURCES if self.own else texts.OTHERS_SOURCES


class OwnView(UserView):
    """Preferences of the viewer."""

    def get_subject(self, _action: Action) -> Any:
        return self.access.viewer


class GroupView(MatrixView):
    """Preferences of a group, for viewers with permissions."""

    template_name = "notifications/group.html"
    type_name = "Group"
    sources = texts.GROUP_SOURCES

    def get_subject(self, action: Action) -> Group:
        group = self.access.group(action, self.key(Group))
        if group is None:
            raise Http404
        return group

    def may_change(self) -> bool:
        return self.access.may("change", group=self.subject)

    def formset(self, data: Any = None) -> GroupFormSet:
        return GroupFormSet(self.subject, data, read_only=not self.may_change())

    def heading(self) -> str:
        return _("Notification settings of the group %(group)s") % {"group": self.subject.name}
