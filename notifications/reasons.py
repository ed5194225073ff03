"""Why somebody is sent something, as a sentence in the language of the moment."""

from collections.abc import Collection, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from notifications.precedence import Source

_REASONS: Mapping[Source, str | Promise] = {
    Source.REQUIRED: gettext_lazy("You get this because everybody has to."),
    Source.USER: gettext_lazy("You get this because you asked for it."),
    Source.DEFAULT: gettext_lazy("You get this because nobody has decided otherwise."),
}


def reason(source: Source, groups: Collection[str] = ()) -> str:
    """`groups` are the names of those that said yes."""
    if source is not Source.GROUP:
        return str(_REASONS[source])
    return ngettext(
        "You get this because the group %(groups)s wants it.",
        "You get this because the groups %(groups)s want it.",
        len(groups),
    ) % {"groups": ", ".join(groups)}
