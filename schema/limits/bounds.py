"""How much one request may ask for."""

from collections.abc import Sequence

from notifications.errors import InvalidInput, InvalidPreferences, Problem, ProblemCode
from notifications.preferences.validation import repeated
from schema.conf import limits
from schema.errors import LimitExceeded


def bounded(*lists: Sequence[object] | None) -> None:
    """Raise InvalidPreferences where one of the lists is too long."""
    most = limits().max_entries
    problems = [
        Problem(
            most,
            ProblemCode.TOO_MANY,
            f"The list has {len(given):,} entries; allowed in one call: {most:,}.",
        )
        for given in lists
        if given is not None and len(given) > most
    ]
    if problems:
        raise InvalidPreferences(problems)


def bounded_matrices(count: int) -> None:
    """Raise LimitExceeded for more matrices than a request may ask for."""
    most = limits().max_matrices
    if count > most:
        raise LimitExceeded(f"The request asks for {count:,} matrices", most)


def bounded_ids(ids: Sequence[str]) -> Sequence[str]:
    """Return what was given. Raises InvalidInput where the list is too long."""
    most = limits().max_entries
    if len(ids) > most:
        raise InvalidInput("ids", f"There are {len(ids):,}. Allowed in one call: {most:,}.")
    return ids


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
