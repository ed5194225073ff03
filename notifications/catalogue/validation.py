"""Validation of a catalogue against itself and the database."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib.auth.models import Permission

from notifications import texts
from notifications.catalogue import renaming
from notifications.catalogue.definitions import with_rows
from notifications.catalogue.specs import (
    BackendSpec,
    Catalogue,
    NotificationSpec,
    backends_in_settings,
    named,
)
from notifications.errors import InvalidCatalogue, one_of
from notifications.models import Backend
from notifications.permissions import find_permissions


def check(catalogue: Catalogue) -> dict[str, list[Permission]]:
    """Return each notification's permissions. Raises InvalidCatalogue with every mistake."""
    mistakes = [*_repeated(catalogue.backends), *_repeated(catalogue.notifications)]
    mistakes += _wrong_texts(catalogue.backends, "name", "display_name", "description")
    by_class = {spec.name: spec for spec in backends_in_settings()}
    for spec in named(catalogue.backends):
        owner = by_class.get(spec.name, spec)
        mistakes += [
            f"{spec.location}: {spec.name!r} has its {key} from {owner.klass}; remove it here."
            for key in ("display_name", "description")
            if getattr(spec, key) not in ("", getattr(owner, key))
        ]
    backends = {spec.name for spec in named(catalogue.backends)}
    backends |= set(Backend.objects.values_list("name", flat=True))
    mistakes += renaming.mistakes(catalogue)
    mistakes += _wrong_texts(
        catalogue.notifications, "name", "display_name", "description", "category"
    )
    permissions: dict[Any, list[Permission]] = {}
    for declared in catalogue.notifications:
        found, wrong = find_permissions(declared.permissions)
        if isinstance(declared.name, str):
            permissions[declared.name] = found
        wrong += _wrong_backends(declared, backends)
        wrong += _wrong_flag(declared.public)
        mistakes += [f"{declared.location}: {declared.name!r}: {mistake}" for mistake in wrong]
    if mistakes:
        raise InvalidCatalogue(mistakes)
    return permissions


def check_definitions(catalogue: Catalogue, backends: Mapping[str, Backend]) -> None:
    """Raise InvalidCatalogue with every mistake in calls of `create_notification`.

    A notification is declared either by a catalogue or by `create_notification`.
    """
    declared = {spec.name: spec.location for spec in named(catalogue.notifications)}
    mistakes = []
    for definition in catalogue.definitions:
        _, wrong = with_rows(definition, backends)
        if isinstance(definition.name, str) and definition.name in declared:
            wrong.append(f"it is already declared in {declared[definition.name]}.")
        mistakes += [f"{definition.location}: {definition.name!r}: {mistake}" for mistake in wrong]
    if mistakes:
        raise InvalidCatalogue(mistakes)


def _repeated(specs: Iterable[BackendSpec | NotificationSpec]) -> Iterator[str]:
    first: dict[str, str] = {}
    for spec in named(specs):
        if spec.name in first:
            yield f"{spec.location}: {spec.name!r} is already declared in {first[spec.name]}."
        first.setdefault(spec.name, spec.location)


def _wrong_texts(specs: Iterable[Any], *fields: str) -> Iterator[str]:
    for spec in specs:
        for mistake in texts.mistakes({field: getattr(spec, field) for field in fields}):
            yield f"{spec.location}: {spec.name!r}: {mistake}"
        if spec.name == "":
            yield f"{spec.location}: a notification or backend needs a name."


def _wrong_flag(public: Any) -> list[str]:
    return [] if isinstance(public, bool) else [f"public is {public!r}. Allowed: True, False."]


def _wrong_backends(spec: NotificationSpec, known: Iterable[str]) -> list[str]:
    known = sorted(known)
    wrong = [
        f"there is no backend named {name!r}. {one_of(known)}"
        for name in spec.backends
        if name not in known
    ]
    return wrong + [
        f"{key} names {name!r}, which is not one of its backends. {one_of(spec.backends)}"
        for key in ("default", "required")
        for name in getattr(spec, key)
        if name not in spec.backends
    ]
