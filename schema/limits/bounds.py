"""Bounds of the lists in a request: entries of arguments, and matrices."""

from collections.abc import Sequence

from notifications.errors import InvalidInput, InvalidPreferences, Problem, ProblemCode
from notifications.preferences.validation import repeated
from schema.conf import limits
from schema.errors import LimitExceeded


def check_lengths(*lists: Sequence[object] | None) -> None:
    """Raise InvalidPreferences with a problem for each list that is longer than MAX_ENTRIES."""
    limit = limits().max_entries
    problems = [
        Problem(
            limit,
            ProblemCode.TOO_MANY,
            f"The list has {len(entries):,} entries; allowed in one call: {limit:,}.",
        )
        for entries in lists
        if entries is not None and len(entries) > limit
    ]
    if problems:
        raise InvalidPreferences(problems)


def check_matrices(count: int) -> None:
    """Raise LimitExceeded if a request selects more matrices than MAX_MATRICES."""
    limit = limits().max_matrices
    if count > limit:
        raise LimitExceeded(f"The request selects {count:,} matrices", limit)


def check_ids(ids: Sequence[str]) -> Sequence[str]:
    """Return the ids. Raises InvalidInput if there are more than MAX_ENTRIES."""
    limit = limits().max_entries
    if len(ids) > limit:
        raise InvalidInput(
            "ids", f"The list has {len(ids):,} entries; allowed in one call: {limit:,}."
        )
    return ids


def check_unique(ids: Sequence[str]) -> None:
    """Raise InvalidPreferences with a problem for each repetition of an id."""
    problems = [
        Problem(
            index,
            ProblemCode.DUPLICATE,
            f"The id {id_!r} occurs more than once. Allowed: once.",
        )
        for index, id_ in repeated(ids)
    ]
    if problems:
        raise InvalidPreferences(problems)
