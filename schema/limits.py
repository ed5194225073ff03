"""How much one request may ask for."""

from collections.abc import Sequence

from notifications.errors import InvalidPreferences, Problem, ProblemCode
from notifications.validation import repeated

MAX_ENTRIES = 1000
"""Entries in any one list that a mutation takes."""


def bounded(*lists: Sequence[object] | None) -> None:
    """Raise InvalidPreferences where one of the lists is too long."""
    problems = [
        Problem(
            MAX_ENTRIES,
            ProblemCode.TOO_MANY,
            f"The list has {len(given):,} entries; allowed in one call: {MAX_ENTRIES:,}.",
        )
        for given in lists
        if given is not None and len(given) > MAX_ENTRIES
    ]
    if problems:
        raise InvalidPreferences(problems)


def distinct(ids: Sequence[str]) -> None:
    """Raise InvalidPreferences where an id is given twice."""
    problems = [
        Problem(
            index,
            ProblemCode.DUPLICATE,
            f"The id {id_!r} is given more than once; give each only once.",
        )
        for index, id_ in repeated(ids)
    ]
    if problems:
        raise InvalidPreferences(problems)
