"""Completeness of the German translation."""

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from django.utils.translation.template import templatize

import notifications
from notifications.settings_page import texts as wording
from notifications.settings_page.submission import Change

APP = Path(notifications.__file__).parent
SOURCE = APP / "locale" / "de" / "LC_MESSAGES" / "django.po"
FUNCTIONS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


def in_code(source: str) -> Iterator[str]:
    """Yield the texts of every call of a translating function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FUNCTIONS:
            singular = node.args[0]
            assert isinstance(singular, ast.Constant), ast.unparse(node)
            yield str(singular.value)


def in_template(source: str) -> Iterator[str]:
    for call in re.findall(r"""\b(?:n?gettext|_)\(u?(?:".*?"|'.*?')[^)]*\)""", templatize(source)):
        yield from in_code(call)


def texts() -> set[str]:
    found = {text for path in APP.rglob("*.py") for text in in_code(path.read_text())}
    for path in (APP / "templates").rglob("*.*"):
        found.update(in_template(path.read_text()))
    return found


def entries() -> dict[str, list[str]]:
    """Read the source of the catalogue: text to translations, one for each plural form."""
    found: dict[str, list[str]] = {}
    current = ""
    for line in SOURCE.read_text().splitlines():
        assert not line.startswith(("#,", "#~")) or "fuzzy" not in line, line
        keyword, _, quoted = line.partition(" ")
        if keyword == "msgid":
            current = ast.literal_eval(quoted)
        elif keyword.startswith("msgstr"):
            found.setdefault(current, []).append(ast.literal_eval(quoted))
        elif line.startswith('"'):
            found[current][-1] += ast.literal_eval(line)
    return found


def compiled() -> dict[str, list[str]]:
    with SOURCE.with_suffix(".mo").open("rb") as file:
        catalogue: dict[Any, str] = GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # noqa: SLF001
    found: dict[str, list[str]] = {}
    for key, text in catalogue.items():
        found.setdefault(key[0] if isinstance(key, tuple) else key, []).append(text)
    return found


def placeholders(text: str) -> list[str]:
    return sorted([*re.findall(r"%\(\w+\)[sd]", text), *_braces(text)])


def _braces(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name]


def test_every_text_is_translated() -> None:
    translated = {text for text, translations in entries().items() if all(translations)}
    assert texts() - translated == set()


def test_every_translation_is_used() -> None:
    assert entries().keys() - texts() == {""}


def test_the_compiled_catalogue_is_current() -> None:
    assert compiled() == entries()


@pytest.mark.parametrize("text", sorted(entries().keys() - {""}))
def test_translations_have_the_same_placeholders(text: str) -> None:
    for translation in entries()[text]:
        assert placeholders(translation) == placeholders(text)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Saved: E-mail for “Card” is on."),
        ("de", "Gespeichert: E-mail für „Card“ ist an."),
    ],
)
def test_message_is_in_the_language_of_the_user(language: str, sentence: str) -> None:
    change = Change("card", "email", value=True, title="Card", column="E-mail")
    with override(language):
        assert wording.saved([change]) == sentence


def test_page_and_script_use_the_language_of_the_browser(
    client: Client, alice: Any, notification: Any
) -> None:
    client.force_login(alice)
    with override(None):  # the request activates its language
        page = client.get("/preferences/", headers={"Accept-Language": "de"}).content.decode()
    assert '<html lang="de" dir="ltr">' in page
    assert "Speichern</button>" in page
    assert "Verbindung ist unterbrochen" in page
