"""Catalogues in TOML: `[[backend]]` and `[[notification]]` tables with the fields of their specs."""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec
from notifications.errors import InvalidCatalogue, one_of


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_yes_or_no(value: object) -> bool:
    return isinstance(value, bool)


_TEXT = (_is_text, "a text")
_NAMES = (_is_names, "a list of names")
_YES_OR_NO = (_is_yes_or_no, "true or false")

_Shape = Mapping[str, tuple[Callable[[object], bool], str]]
_BACKEND: _Shape = {"name": _TEXT, "display_name": _TEXT, "description": _TEXT}
_NOTIFICATION: _Shape = {
    **_BACKEND,
    "category": _TEXT,
    "public": _YES_OR_NO,
    "permissions": _NAMES,
    "backends": _NAMES,
    "default": _NAMES,
    "required": _NAMES,
}


def read_file(path: Path | str) -> Catalogue:
    """Read a catalogue. Raises InvalidCatalogue with every mistake that shows without a database."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise InvalidCatalogue([f"{path}: {error.strerror}."]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidCatalogue([f"{path}: this is no TOML: {error}."]) from None
    mistakes = [
        f"{path}: unknown table {key!r}. Allowed: [[backend]], [[notification]]."
        for key in content.keys() - {"backend", "notification"}
    ]
    backends = _tables(path, text, content, "backend", _BACKEND, mistakes)
    notifications = _tables(path, text, content, "notification", _NOTIFICATION, mistakes)
    if mistakes:
        raise InvalidCatalogue(mistakes)
    return Catalogue(
        tuple(BackendSpec(**table) for table in backends),
        tuple(
            NotificationSpec(
                **{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
            )
            for table in notifications
        ),
    )


def _tables(  # noqa: PLR0913 - a place, what stands there, and what should
    path: Path | str,
    text: str,
    content: Mapping[str, Any],
    kind: str,
    shape: _Shape,
    mistakes: list[str],
) -> list[dict[str, Any]]:
    """Return the tables of one kind, each with its place; append what is wrong to `mistakes`."""
    tables = content.get(kind, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        mistakes.append(f"{path}: {kind!r} must be written as [[{kind}]] tables.")
        return []
    header = rf"^[ \t]*\[\[[ \t]*{kind}[ \t]*\]\]"
    lines = [text.count("\n", 0, match.start()) + 1 for match in re.finditer(header, text, re.M)]
    if len(lines) != len(tables):  # such a line stands inside a text, or tables are written inline
        lines = []
    places = [
        f"{path}, line {lines[index]}" if lines else f"{path}, {kind} {index + 1}"
        for index in range(len(tables))
    ]
    for place, table in zip(places, tables, strict=True):
        mistakes += [f"{place}: {mistake}" for mistake in _mistakes(table, kind, shape)]
    return [{**table, "place": place} for place, table in zip(places, tables, strict=True)]


def _mistakes(table: Mapping[str, Any], kind: str, shape: _Shape) -> list[str]:
    mistakes = [
        f"unknown key {key!r}. {one_of(shape)}" for key in table if key not in shape
    ]
    mistakes += [
        f"{key} must be {shape[key][1]}, not {value!r}."
        for key, value in table.items()
        if key in shape and not shape[key][0](value)
    ]
    if "name" not in table or table["name"] == "":
        mistakes.append(f"a {kind} needs a name.")
    return mistakes
