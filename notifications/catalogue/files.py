"""Catalogues in TOML: `[[backend]]` and `[[notification]]` tables with the fields of specs."""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from notifications.catalogue.specs import (
    BackendSpec,
    Catalogue,
    NotificationSpec,
    backends_in_settings,
    registered,
)
from notifications.conf import catalogue_paths
from notifications.errors import InvalidCatalogue, one_of


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_name_or_names(value: object) -> bool:
    return _is_text(value) or _is_names(value)


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


PROJECT = "project"
"""Source of the declarations of settings, apps and files in `NOTIFICATION_CATALOGUES`."""

_TEXT = (_is_text, "a string")
_NAMES = (_is_names, "a list of names")
_NAME_OR_NAMES = (_is_name_or_names, "a name or a list of names")
_BOOLEAN = (_is_boolean, "true or false")

_Shape = Mapping[str, tuple[Callable[[object], bool], str]]
_BACKEND: _Shape = {"name": _TEXT, "display_name": _TEXT, "description": _TEXT}
_NOTIFICATION: _Shape = {
    **_BACKEND,
    "category": _TEXT,
    "public": _BOOLEAN,
    "permissions": _NAMES,
    "backends": _NAMES,
    "default": _NAMES,
    "required": _NAMES,
    "renamed_from": _NAME_OR_NAMES,
}


def read_file(path: Path | str) -> Catalogue:
    """Read a catalogue. Raises InvalidCatalogue with all mistakes found without a database."""
    text, content = _parse(path)
    mistakes = [
        f"{path}: unknown table {key!r}. Allowed: [[backend]], [[notification]]."
        for key in content.keys() - {"backend", "notification"}
    ]
    tables: dict[str, list[dict[str, Any]]] = {"backend": [], "notification": []}
    for kind, shape in (("backend", _BACKEND), ("notification", _NOTIFICATION)):
        given = content.get(kind, [])
        if not isinstance(given, list) or not all(isinstance(table, dict) for table in given):
            mistakes.append(f"{path}: {kind!r} must be written as [[{kind}]] tables.")
            continue
        for position, table in zip(_locations(text, kind, len(given)), given, strict=True):
            location = f"{path}, {position}"
            mistakes += [f"{location}: {mistake}" for mistake in _mistakes(table, kind, shape)]
            tables[kind].append({**table, "location": location})
    if mistakes:
        raise InvalidCatalogue(mistakes)
    return Catalogue(
        tuple(BackendSpec(**table) for table in tables["backend"]),
        tuple(NotificationSpec(**_frozen(table)) for table in tables["notification"]),
        source=str(Path(path).resolve()),
    )


def read_files() -> tuple[list[Catalogue], list[str]]:
    """Read the files in `NOTIFICATION_CATALOGUES`; return the valid ones, and all mistakes."""
    catalogues, mistakes = [], list[str]()
    for path in catalogue_paths():
        try:
            catalogues.append(read_file(path))
        except InvalidCatalogue as error:
            mistakes += error.mistakes
    return catalogues, mistakes


def _parse(path: Path | str) -> tuple[str, dict[str, Any]]:
    """Return the text and the content of a TOML file. Raises InvalidCatalogue."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise InvalidCatalogue([f"{path}: {error.strerror}."]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidCatalogue([f"{path}: not valid TOML: {error}."]) from None


def _locations(text: str, kind: str, count: int) -> list[str]:
    """Return the line of each table of a kind, or its number if the lines are ambiguous."""
    header = rf"^[ \t]*\[\[[ \t]*{kind}[ \t]*\]\]"
    starts = [match.start() for match in re.finditer(header, text, re.MULTILINE)]
    if len(starts) != count:  # a text contains such a line, or tables are written inline
        return [f"{kind} {index}" for index in range(1, count + 1)]
    return [f"line {text.count(chr(10), 0, start) + 1}" for start in starts]


def _mistakes(table: Mapping[str, Any], kind: str, shape: _Shape) -> list[str]:
    mistakes = [f"unknown key {key!r}. {one_of(shape)}" for key in table if key not in shape]
    mistakes += [
        f"{key} must be {shape[key][1]}, not {value!r}."
        for key, value in table.items()
        if key in shape and not shape[key][0](value)
    ]
    if table.get("name", "") == "":
        mistakes.append(f"a {kind} needs a name.")
    return mistakes


def _frozen(table: Mapping[str, Any]) -> dict[str, Any]:
    table = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    if isinstance(table.get("renamed_from"), str):
        table["renamed_from"] = (table["renamed_from"],)
    return table


def declared() -> Catalogue:
    """Return all declarations: of settings, apps, and files in `NOTIFICATION_CATALOGUES`.

    Raises InvalidCatalogue.
    """
    start = Catalogue(backends_in_settings(), source=PROJECT) + registered()
    catalogues, mistakes = read_files()
    if mistakes:
        raise InvalidCatalogue(mistakes)
    return sum(catalogues, start)
