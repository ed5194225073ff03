"""Translated labels and messages of the settings page and of its JavaScript module."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.errors import ProblemCode
from notifications.precedence import Source
from notifications.settings_page.submission import Change

MAX_NAMED_CHANGES = 3
"""Number of changes up to which a message names each of them."""

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
    "For staff: no delivery backend is enabled. List backends in the setting NOTIFICATION_BACKENDS"
    " and run migrate."
)
NONE_DECLARED = gettext_lazy(
    "For staff: no notifications are declared. Declare them in a module named “notifications” of an"
    " installed app or in a TOML file and run migrate."
)
NONE_AVAILABLE = gettext_lazy(
    "For staff: notifications are declared, but none is available here. A notification is available"
    " if it is public, has an enabled backend, and all its permissions are granted."
)

PROBLEMS: Mapping[str, str | Promise] = {
    ProblemCode.UNKNOWN_NOTIFICATION: gettext_lazy("“%(title)s” is no longer available."),
    ProblemCode.UNKNOWN_BACKEND: gettext_lazy("%(column)s is no longer available."),
    ProblemCode.BACKEND_NOT_ALLOWED: gettext_lazy(
        "“%(title)s” can no longer be delivered by %(column)s."
    ),
    ProblemCode.PERMISSION_DENIED: gettext_lazy(
        "“%(title)s” cannot be changed: a permission is missing."
    ),
    ProblemCode.REQUIRED: gettext_lazy(
        "%(column)s for “%(title)s” is required and cannot be turned off."
    ),
    ProblemCode.TOO_MANY: gettext_lazy("Too many changes at once."),
}

TEXTS: Mapping[str, str | Promise] = {
    "on": gettext_lazy("Saved: %(column)s for “%(title)s” is on."),
    "off": gettext_lazy("Saved: %(column)s for “%(title)s” is off."),
    "reset": gettext_lazy("Saved: %(column)s for “%(title)s” was reset."),
    "resetGroup": gettext_lazy("Saved: %(column)s for “%(title)s” is back to the default."),
    "many": gettext_lazy("Saved. Preferences changed: %(count)s."),
    "cleared": gettext_lazy("Saved. Preferences reset: %(count)s."),
    "noChange": gettext_lazy("No change."),
    "saving": gettext_lazy("Saving …"),
    "unsaved": gettext_lazy("Not saved"),
    "actions": gettext_lazy("Actions for “%(name)s”"),
    "resetCell": gettext_lazy("Reset %(column)s for “%(title)s”"),
    "confirm": gettext_lazy("%(count)s preferences will be reset. Groups and defaults then apply."),
    "confirmGroup": gettext_lazy(
        "%(count)s preferences of the group will be reset. Other groups and the defaults then apply"
        " to its members."
    ),
    "offline": gettext_lazy("The connection is lost. Unsaved changes: %(count)s."),
    "slow": gettext_lazy("The server does not respond. Unsaved changes: %(count)s."),
    "server": gettext_lazy("A server error occurred. Unsaved changes: %(count)s."),
    "busy": gettext_lazy(
        "Too many changes in a short time. Unsaved changes: %(count)s. Try again in a few minutes."
    ),
    "signedOut": gettext_lazy(
        "You are signed out. Unsaved changes: %(count)s. Sign in, then try again here."
    ),
    "forbidden": gettext_lazy(
        "The server refused the request. Unsaved changes: %(count)s. If trying again does not help,"
        " reload the page."
    ),
    "unknownState": gettext_lazy("The change may not have been saved. Reload to check."),
    "rejected": gettext_lazy("Not saved: %(reason)s"),
    "notPermitted": gettext_lazy("You do not have permission to change this."),
    "notFound": gettext_lazy("This no longer exists. Reload the page."),
    "outdated": gettext_lazy("The available notifications have changed. Reload the page."),
    "filtered": gettext_lazy("Showing %(count)s of %(all)s notifications."),
}
"""Texts of the JavaScript module. A count is written after a colon, which needs no plural form."""


def problem(code: ProblemCode, change: Change) -> str:
    """Return the reason why a change was rejected, as a sentence."""
    sentence = PROBLEMS.get(code) or gettext_lazy(
        "%(column)s for “%(title)s” cannot be set to this value."
    )
    return str(sentence) % {"title": change.title, "column": change.column}


def saved(changes: Iterable[Change]) -> str:
    """Return the message after a save."""
    changes = list(changes)
    if not changes:
        return _("No change.")
    if len(changes) > MAX_NAMED_CHANGES:
        return ngettext(
            "Saved: %(count)d preference was changed.",
            "Saved: %(count)d preferences were changed.",
            len(changes),
        ) % {"count": len(changes)}
    return _("Saved: %(changes)s.") % {"changes": "; ".join(map(_change, changes))}


def _change(change: Change) -> str:
    if change.value is None:
        sentence = _("%(column)s for “%(title)s” is back to the default")
    elif change.value:
        sentence = _("%(column)s for “%(title)s” is on")
    else:
        sentence = _("%(column)s for “%(title)s” is off")
    return sentence % {"title": change.title, "column": change.column}
