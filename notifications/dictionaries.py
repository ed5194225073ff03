"""Settings that are dictionaries: what is wrong with one, in full sentences."""

from collections.abc import Callable, Collection, Iterator
from typing import Any


def mistakes(
    setting: str,
    given: Any,
    known: Collection[str],
    mistake: Callable[[str, Any], str],
    *,
    secret: Collection[str] = (),
) -> Iterator[str]:
    """Yield a sentence for everything that is wrong with the value of a setting.

    `mistake` is asked of each key that is `known`, and says what its value is ("no path") where
    that is wrong. Values of `secret` keys are not shown.
    """
    if not isinstance(given, dict):
        yield f"{setting} is {given!r}, which is no dictionary."
        return
    for name, value in given.items():
        if name not in known:
            yield f"{setting} has the key {name!r}, which means nothing."
        elif wrong := mistake(name, value):
            shown = "what it is" if name in secret else repr(value)
            yield f"{setting}[{name!r}] is {shown}, which is {wrong}."
