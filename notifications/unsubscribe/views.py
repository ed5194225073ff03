"""Page of an unsubscribe link. Mail providers post to it, too (RFC 8058)."""

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

CELL, CATEGORY, BACKEND = "this", "kind", "backend:"


@dataclass(frozen=True, slots=True)
class Choice:
    """Checkbox of the form, which posts `value`."""

    value: str
    label: str
    checked: bool


@method_decorator([csrf_exempt, login_not_required, never_cache], name="dispatch")
class UnsubscribeView(TemplateView):
    """Ask on GET, unsubscribe on POST.

    The token alone authorizes a request. It can only turn off. The page has no data of the user, as
    messages with links are forwarded.
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
        """Turn off the choices of the form, or the cell of the link if the request is no form."""
        chosen = set(request.POST.getlist("off")) if "form" in request.POST else {CELL}
        offered = links.unsubscribe(
            token=kwargs["token"],
            cell=CELL in chosen,
            backends=[each.removeprefix(BACKEND) for each in chosen if each.startswith(BACKEND)],
            category=CATEGORY in chosen,
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
        yield Choice(CELL, _label(title, column), checked=True)
    for other in offered.other_backends:
        yield Choice(BACKEND + other.name, _label(title, other.display_name), checked=False)
    if any(each.id != offered.notification.id for each in offered.category):
        category = offered.notification.category or _("Other")
        text = _("%(column)s for everything in “%(category)s”")
        yield Choice(CATEGORY, text % {"category": category, "column": column}, checked=False)


def _label(title: str, column: str) -> str:
    return _("%(column)s for “%(title)s”") % {"title": title, "column": column}
