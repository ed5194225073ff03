"""The settings page: a form that needs no JavaScript, and what its module must know to do more."""

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
from notifications.settings_page import page_data, texts
from notifications.settings_page.forms import GroupFormSet, NotifierFormSet
from notifications.settings_page.formsets import MatrixFormSet


@method_decorator(never_cache, name="dispatch")
class MatrixView(LoginRequiredMixin, TemplateView, ABC):
    """Shows a matrix as a formset, and saves it. `subject`: the user or the group whose it is."""

    type_name: ClassVar[str]
    sources: Mapping[str, Any]

    @abstractmethod
    def find(self, action: Action) -> Any:
        """Return the subject. Raises Forbidden, Http404."""

    @abstractmethod
    def may_change(self) -> bool: ...

    @abstractmethod
    def formset(self, data: Any = None) -> MatrixFormSet: ...

    @abstractmethod
    def heading(self) -> str: ...

    def more_context(self, _formset: Any) -> dict[str, Any]:
        return {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read from the database that is written to, as the page may have saved a moment ago."""
        with read_your_writes():
            return super().dispatch(request, *args, **kwargs)

    @cached_property
    def access(self) -> Access:
        return Access(self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        self.subject = self.find("view")
        return self.respond(self.formset())

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        self.subject = self.find("change")
        formset = self.formset(request.POST)
        if not formset.is_valid():
            return self.respond(formset)
        try:
            changed = formset.save()
        except (
            InvalidPreferences
        ):  # the rules have changed since they were read; the formset says how
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
            page=page_data.describe(formset, subject=subject, sources=self.sources),
            missing_step="" if formset.forms else self.missing_step(),
            **self.more_context(formset),
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
        """Return the primary key that the address names, in the one spelling that links have."""
        given = self.kwargs["key"]
        try:
            key = model._meta.pk.clean(given, None)
        except ValidationError:
            raise Http404 from None
        if str(key) != given or "\0" in given:  # PostgreSQL has no NUL in texts
            raise Http404
        return key


class UserView(MatrixView):
    """What another user is sent, for those who look after users."""

    template_name = "notifications/preferences.html"
    type_name = "User"

    def find(self, action: Action) -> Any:
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
            return _("Notifications")
        return _("Notifications of %(user)s") % {"user": self.subject.get_username()}

    def more_context(self, formset: Any) -> dict[str, Any]:
        """Rows that the user does not see are for those who look after users."""
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
    """What the viewer is sent."""

    def find(self, _action: Action) -> Any:
        return self.access.viewer


class GroupView(MatrixView):
    """What a group says, for those who look after it."""

    template_name = "notifications/group.html"
    type_name = "Group"
    sources = texts.GROUP_SOURCES

    def find(self, action: Action) -> Group:
        group = self.access.group(action, self.key(Group))
        if group is None:
            raise Http404
        return group

    def may_change(self) -> bool:
        return self.access.may("change", group=self.subject)

    def formset(self, data: Any = None) -> GroupFormSet:
        return GroupFormSet(self.subject, data, read_only=not self.may_change())

    def heading(self) -> str:
        return _("Notifications of the group %(group)s") % {"group": self.subject.name}
