"""What the settings page says to people, in their language."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.errors import ProblemCode
from notifications.precedence import Source
from notifications.shown import Change

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
