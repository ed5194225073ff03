"""What a link in a message opens, and what mail providers post to it (RFC 8058)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView

from notifications.database.routing import read_your_writes
from notifications.errors import UnknownLink
from notifications.unsubscribe import links
from notifications.unsubscribe.links import Offer

THIS, KIND, BACKEND = "this", "kind", "backend:"


@dataclass(frozen=True, slots=True)
class Choice:
    """One box of the form. `value` is what it posts."""

    value: str
    label: str
    checked: bool


@method_decorator([csrf_exempt, login_not_required, never_cache], name="dispatch")
class UnsubscribeView(TemplateView):
    """Asks on GET, switches off on POST. Says nothing about the person: links get forwarded.

    Whoever has the link may post to it, signed in or not: that is what it is for, and all that can
    come of it is a no.
    """

    template_name = "notifications/unsubscribe.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            with read_your_writes():
                return super().dispatch(request, *args, **kwargs)
        except UnknownLink:
            self.template_name = "notifications/unknown_link.html"
            return self.render_to_response({}, status=404)

    def get(self, request: HttpRequest, *_args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        return self.respond(links.offer(kwargs["token"]))

    def post(self, request: HttpRequest, *_args: Any, **kwargs: Any) -> HttpResponse:
        """Switch off what the form names; the cell of the link, where no form was filled in."""
        chosen = set(request.POST.getlist("off")) if "form" in request.POST else {THIS}
        offered = links.unsubscribe(
            token=kwargs["token"],
            this=THIS in chosen,
            others=[one.removeprefix(BACKEND) for one in chosen if one.startswith(BACKEND)],
            kind=KIND in chosen,
        )
        return self.respond(offered, chosen)

    def respond(self, offered: Offer, chosen: Iterable[str] | None = None) -> HttpResponse:
        choices = list(_choices(offered))
        done = [choice for choice in choices if choice.value in (chosen or ())]
        refused = chosen is not None and not done
        context = {
            "offer": offered,
            "choices": [choice for choice in choices if choice not in done],
            "done": done,
            "nothing": refused and not offered.required,
        }
        status = 409 if refused and offered.required else 200
        return self.render_to_response(context, status=status)


def _choices(offered: Offer) -> Iterable[Choice]:
    title, column = offered.notification.display_name, offered.backend.display_name
    if not offered.required:
        yield Choice(THIS, _label(title, column), checked=True)
    for other in offered.others:
        yield Choice(BACKEND + other.name, _label(title, other.display_name), checked=False)
    if any(each.id != offered.notification.id for each in offered.kind):
        category = offered.notification.category or _("Other")
        text = _("Everything in “%(category)s” by “%(column)s”")
        yield Choice(KIND, text % {"category": category, "column": column}, checked=False)


def _label(title: str, column: str) -> str:
    return _("“%(title)s” by “%(column)s”") % {"title": title, "column": column}
