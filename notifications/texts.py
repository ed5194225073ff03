"""Validation of texts before they are stored, the same on every database; and translation."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language, override

LONGEST = 200
"""Characters of names, display names and categories."""

_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})
_LINES = frozenset("\n\r\t")
_FORMS = frozenset({"pgettext", "npgettext", "ngettext"})


def mistakes(fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each invalid text, which begins with the name of its field.

    Fields are `name`, `display_name`, `category` (one line each) and `description`. Empty texts
    are valid.
    """
    for field, value in fields.items():
        longest = None if field == "description" else LONGEST
        reason = mistake(value, longest=longest, lines=field == "description")
        if reason:
            yield f"{field} {reason}"


def mistake(value: Any, *, longest: int | None = LONGEST, lines: bool = False) -> str:
    """Return the reason why a text is invalid, as the end of a sentence; empty if it is valid.

    `longest` is the highest number of characters, None for no limit. `lines` allows line ends and
    tabs, and white space at both ends.
    """
    if isinstance(value, Promise):
        return "has a context or a plural form. Allowed: text, gettext_lazy(text)."
    if not isinstance(value, str):
        return f"is {value!r}. Allowed: text."
    if refused := _control_characters(value, lines=lines):
        allowed = "text without control characters" if lines else "one line of text"
        return f"contains the character U+{ord(refused[0]):04X}. Allowed: {allowed}."
    if longest is not None and len(value) > longest:
        return f"has {len(value)} characters. Allowed: at most {longest}."
    if value and not any(letter.isprintable() and not letter.isspace() for letter in value):
        return "is blank. Allowed: text with a visible character."
    trimmed = lines or value == value.strip()
    return "" if trimmed else "begins or ends with white space. Allowed: text without it."


def _control_characters(value: str, *, lines: bool) -> list[str]:
    return [
        character
        for character in value
        if unicodedata.category(character) in _CONTROL and not (lines and character in _LINES)
    ]


def is_storable(value: Any) -> bool:
    """Return True if every database can store and compare the text: no NUL, no lone surrogate."""
    if not isinstance(value, str):
        return False
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value)


def untranslated(text: Any) -> Any:
    """Return the message id of a lazy translation, and any other value as it is.

    A lazy text with a context or a plural form is returned unchanged, and is invalid for
    `mistake`: the database has one column for a text.
    """
    if not isinstance(text, Promise):
        return text
    function = getattr(text.__reduce__()[1][0], "__name__", "")
    if function in _FORMS:
        return text
    with override(None):
        return str(text)


def translated(text: Any) -> str:
    """Return the translation of a stored text into the active language."""
    return translation.gettext(text) if isinstance(text, str) and text else str(text)


def lazily_translated(text: Any) -> Any:
    """Return a stored text as a lazy translation into the language of the rendering."""
    return translation.gettext_lazy(text) if text else text


def active_language() -> str | None:
    """Return the language that texts are translated into, for keys of caches."""
    return get_language()


def in_language(language: str | None) -> override:
    """Return a context manager that activates a language of `active_language`."""
    return override(language)
