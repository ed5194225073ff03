"""What the settings page says to people, in their language."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.errors import ProblemCode
from notifications.precedence import Source
from notifications.settings_page.submitted import Change

NAMED_CHANGES = 3
"""A message names that many changes; of more it says how many."""

OWN_SOURCES: Mapping[str, str | Promise] = {
    Source.USER: gettext_lazy("Yours"),
    Source.GROUP: gettext_lazy("From your group"),
    Source.REQUIRED: gettext_lazy("Required"),
    Source.DEFAULT: gettext_lazy("Default"),
}
OTHERS_SOURCES: Mapping[str, str | Promise] = {
    **OWN_SOURCES,
    Source.USER: gettext_lazy("Their own"),
    Source.GROUP: gettext_lazy("From their group"),
}
GROUP_SOURCES: Mapping[str, str | Promise] = {
    Source.REQUIRED: gettext_lazy("Required"),
    "ON": gettext_lazy("Default: on"),
    "OFF": gettext_lazy("Default: off"),
}

NO_BACKENDS = gettext_lazy(
    "For staff: no delivery backend is enabled. Name backends in the setting NOTIFICATION_BACKENDS,"
    " and run migrate."
)
NONE_DECLARED = gettext_lazy(
    "For staff: no notifications are declared. Declare them in a module named “notifications” of an"
    " installed app or in a TOML file, and run migrate."
)
NONE_OFFERED = gettext_lazy(
    "For staff: notifications are declared. One is listed here if it is public, has an enabled"
    " backend, and if all its permissions are held."
)

PROBLEMS: Mapping[str, str | Promise] = {
    ProblemCode.UNKNOWN_NOTIFICATION: gettext_lazy("“%(title)s” can no longer be set."),
    ProblemCode.UNKNOWN_BACKEND: gettext_lazy("“%(column)s” is no longer offered."),
    ProblemCode.BACKEND_NOT_ALLOWED: gettext_lazy(
        "“%(title)s” can no longer be delivered by “%(column)s”."
    ),
    ProblemCode.PERMISSION_DENIED: gettext_lazy(
        "“%(title)s” cannot be set any more: a permission is missing."
    ),
    ProblemCode.REQUIRED: gettext_lazy(
        "“%(title)s” is always delivered by “%(column)s”; nobody can change that."
    ),
    ProblemCode.TOO_MANY: gettext_lazy("These are too many changes for one step."),
}

TEXTS: Mapping[str, str | Promise] = {
    "on": gettext_lazy("Saved: “%(title)s” by “%(column)s” is on."),
    "off": gettext_lazy("Saved: “%(title)s” by “%(column)s” is off."),
    "reset": gettext_lazy("Saved: “%(title)s” by “%(column)s” is as inherited again."),
    "resetGroup": gettext_lazy("Saved: “%(title)s” by “%(column)s” has no opinion any more."),
    "many": gettext_lazy("Saved. Preferences changed: %(count)s."),
    "cleared": gettext_lazy("Saved. Preferences removed: %(count)s."),
    "noChange": gettext_lazy("Nothing to change: it is so already."),
    "saving": gettext_lazy("Saving …"),
    "unsaved": gettext_lazy("Not saved"),
    "actions": gettext_lazy("Actions for “%(name)s”"),
    "resetCell": gettext_lazy("Reset “%(title)s” by “%(column)s”"),
    "confirm": gettext_lazy(
        "Preferences that will be removed: %(count)s. What the groups say, or the default, holds"
        " again."
    ),
    "confirmGroup": gettext_lazy(
        "Preferences of the group that will be removed: %(count)s. Other groups, or the default,"
        " decide again."
    ),
    "offline": gettext_lazy("The connection is lost. Changes that are not saved: %(count)s."),
    "slow": gettext_lazy("The server does not answer. Changes that are not saved: %(count)s."),
    "server": gettext_lazy(
        "Something went wrong on the server. Changes that are not saved: %(count)s."
    ),
    "busy": gettext_lazy(
        "Too many changes in a short time. Changes that are not saved: %(count)s. Try again in a"
        " few minutes."
    ),
    "signedOut": gettext_lazy(
        "You are not signed in any more. Changes that are not saved: %(count)s. Sign in, then try"
        " again here."
    ),
    "forbidden": gettext_lazy(
        "The server refused the request. Changes that are not saved: %(count)s. If trying again"
        " does not help, reload the page."
    ),
    "unknownState": gettext_lazy(
        "What the server has now is not known: it could not be read. The page may be out of date."
    ),
    "rejected": gettext_lazy("Not changed: %(reason)s"),
    "notPermitted": gettext_lazy("You may not change this any more."),
    "notFound": gettext_lazy("This is no longer there. Reload the page."),
    "outdated": gettext_lazy("What can be set has changed. Reload the page to see all of it."),
    "filtered": gettext_lazy("%(count)s of %(all)s notifications are shown."),
}
"""The texts of the page's module, which counts in figures and so needs no plurals."""


def problem(code: ProblemCode, change: Change) -> str:
    """Why a change could not be made."""
    sentence = PROBLEMS.get(code) or gettext_lazy("“%(title)s” by “%(column)s” cannot be set so.")
    return str(sentence) % {"title": change.title, "column": change.column}


def saved(changed: Iterable[Change]) -> str:
    """What a save has changed."""
    changed = list(changed)
    if not changed:
        return _("Nothing was changed.")
    if len(changed) > NAMED_CHANGES:
        return ngettext(
            "Saved: %(count)d preference was changed.",
            "Saved: %(count)d preferences were changed.",
            len(changed),
        ) % {"count": len(changed)}
    return _("Saved: %(changes)s.") % {"changes": "; ".join(map(_change, changed))}


def _change(change: Change) -> str:
    if change.value is None:
        sentence = _("“%(title)s” by “%(column)s” has no opinion any more")
    elif change.value:
        sentence = _("“%(title)s” by “%(column)s” is on")
    else:
        sentence = _("“%(title)s” by “%(column)s” is off")
    return sentence % {"title": change.title, "column": change.column}
