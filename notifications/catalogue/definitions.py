"""Notifications that `create_notification` defines, without a catalogue.

`register` and TOML files *declare* a notification: the catalogue sets all its fields. `define` sets
only the fields that are given, and administrators may change them. It writes immediately; in a
`notifications` module, its definition is declared, too, and a sync writes it.

The row keeps the arguments of its last definition. A new definition writes only the arguments that
differ from those, so that changes by administrators last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Permission

from notifications import texts
from notifications.arguments import items
from notifications.catalogue.discovery import location_of_declaration
from notifications.catalogue.report import assign, difference
from notifications.database.routing import for_write, writing
from notifications.errors import InvalidNotification, one_of
from notifications.models import Backend, Notification
from notifications.permissions import dotted, find_permissions


@dataclass(frozen=True, slots=True)
class Definition:
    """Arguments of one call of `create_notification`; None stands for an argument not given.

    `location` is the module and line of a declaration, empty for a call that writes immediately.
    """

    name: Any
    display_name: Any = None
    permissions: Any = None
    backends: Any = None
    public: Any = None
    location: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class DefinitionRows:
    """A definition with the rows of its permissions and backends; None is an argument not given."""

    name: str
    display_name: str | None
    public: bool | None
    permissions: Sequence[Permission] | None
    backends: Sequence[Backend] | None

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that were given, as JSON."""
        given: dict[str, Any] = {"display_name": self.display_name, "public": self.public}
        if self.permissions is not None:
            given["permissions"] = sorted({dotted(permission) for permission in self.permissions})
        if self.backends is not None:
            given["backends"] = sorted({backend.name for backend in self.backends})
        return {key: value for key, value in given.items() if value is not None}


class DeclaredNotification:
    """Notification that a module declares. Each use reads the row of that name.

    `migrate` writes the row. Before that, every attribute except `name` raises
    Notification.DoesNotExist.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    @property  # type: ignore[misc] # passes isinstance, as Django's LazyObject does
    def __class__(self) -> Any:
        return Notification

    def __getattr__(self, attribute: str) -> Any:
        return getattr(Notification.objects.get(name=self.name), attribute)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Notification) and bool(self.name == other.name)

    def __hash__(self) -> int:
        return hash(Notification.objects.get(name=self.name))

    def __str__(self) -> str:
        return str(Notification.objects.get(name=self.name))

    def __repr__(self) -> str:
        return f"<Declared notification: {self.name}>"


_definitions: list[Definition] = []


def definitions() -> tuple[Definition, ...]:
    """Return the definitions of modules, in the order of their declaration."""
    return tuple(_definitions)


def define(**arguments: Any) -> Any:
    """Create or change one notification; see `shortcuts.create_notification`.

    While a `notifications` module is imported, or apps are loading, the definition is collected
    for the sync after `migrate`, and a DeclaredNotification is returned. Raises
    InvalidNotification.
    """
    location = location_of_declaration()
    if location is None:
        return write(Definition(**arguments))[0]
    _definitions.append(Definition(**arguments, location=location))
    return DeclaredNotification(arguments["name"])


def with_rows(given: Definition, known: Mapping[str, Backend]) -> tuple[DefinitionRows, list[str]]:
    """Return the definition with its rows, and a sentence for each mistake in it."""
    permissions, mistakes = find_permissions(() if given.permissions is None else given.permissions)
    backends = []
    for item in () if given.backends is None else items(given.backends):
        named = known.get(item) if isinstance(item, str) else None
        backend = item if isinstance(item, Backend) else named
        if backend is None:
            mistakes.append(f"There is no backend named {item!r}. {one_of(known)}")
        elif not backend.pk:
            mistakes.append(f"The backend {backend.name!r} is not saved. {one_of(known)}")
        else:
            backends.append(backend)
    display_name = texts.untranslated(given.display_name)
    if given.name is None or given.name == "":
        mistakes.append("A notification needs a name.")
    else:
        mistakes += texts.mistakes({"name": given.name})
    mistakes += texts.mistakes({} if display_name is None else {"display_name": display_name})
    if not (given.public is None or isinstance(given.public, bool)):
        mistakes.append(f"public is {given.public!r}. Allowed: True, False.")
    found = DefinitionRows(
        given.name,
        display_name or None,
        given.public,
        None if given.permissions is None else permissions,
        None if given.backends is None else backends,
    )
    return found, mistakes


def write(given: Definition) -> tuple[Notification, bool, list[str]]:
    """Write a definition. Return the row, True if it is new, and the differences as text.

    Raises InvalidNotification with every mistake; then nothing is written.
    """
    with writing():
        known = {backend.name: backend for backend in Backend.objects.all()}
        found, mistakes = with_rows(given, known)
        if mistakes:
            raise InvalidNotification(given.name, mistakes)
        arguments = found.arguments()
        row, created = Notification.objects.select_for_update().get_or_create(
            name=found.name,
            defaults={
                "display_name": found.display_name or found.name,
                "public": found.public is not False,
                "declared": arguments,
            },
        )
        if created:
            row.permissions.set([permission.pk for permission in found.permissions or ()])
            enabled = [backend for backend in known.values() if backend.enabled]
            cells = enabled if found.backends is None else found.backends
            row.backends.set([backend.pk for backend in cells])
            return row, True, []
        if row.catalogue and not row.retired:
            _refuse_contradictions(row, arguments)
            return row, False, []
        return row, False, _change(row, found, arguments)


def _refuse_contradictions(row: Notification, arguments: Mapping[str, Any]) -> None:
    """Raise InvalidNotification for arguments that contradict the catalogue of the row."""
    current = {
        "display_name": row.display_name or row.name,
        "public": row.public,
        "permissions": sorted(map(dotted, _permissions_of(row))),
        "backends": sorted(row.backends.values_list("name", flat=True)),
    }
    mistakes = [
        f"A catalogue declares it with {key} {current[key]!r}. Change the catalogue."
        for key, value in arguments.items()
        if value != current[key]
    ]
    if mistakes:
        raise InvalidNotification(row.name, mistakes)


def _change(row: Notification, found: DefinitionRows, arguments: Mapping[str, Any]) -> list[str]:
    """Write the arguments that differ from those of the last definition."""
    before = row.declared or {}
    new = {key: value for key, value in arguments.items() if before.get(key) != value}
    fields = ("display_name", "public")
    differences = assign(row, {key: value for key, value in new.items() if key in fields})
    if "permissions" in new:
        differences += _change_permissions(row, found, before.get("permissions"))
    if "backends" in new:
        differences += _change_backends(row, found, before.get("backends"))
    if row.retired:
        differences.append("is declared again")
    if new or row.retired:
        row.declared, row.retired, row.catalogue = {**before, **arguments}, False, ""
        row.save(using=for_write())
    return differences


def _permissions_of(row: Notification) -> Any:
    return row.permissions.using(for_write()).select_related("content_type")


def _change_permissions(row: Notification, found: DefinitionRows, before: Any) -> list[str]:
    current = {dotted(permission): permission.pk for permission in _permissions_of(row)}
    wanted = {dotted(permission): permission.pk for permission in found.permissions or ()}
    removed = (current.keys() if before is None else set(before)) - wanted.keys()
    row.permissions.remove(*(current[name] for name in removed & current.keys()))
    row.permissions.add(*wanted.values())
    after = (current.keys() - removed) | wanted.keys()
    changes = difference(set(current), after)
    return [f"permissions {changes}"] if changes else []


def _change_backends(row: Notification, found: DefinitionRows, before: Any) -> list[str]:
    """Add and remove cells. Cells of disabled backends stay unless a definition named them."""
    current = {cell.backend.name: cell for cell in row.cells.select_related("backend")}
    enabled = {name for name, cell in current.items() if cell.backend.enabled}
    wanted = {backend.name: backend.pk for backend in found.backends or ()}
    removed = (enabled if before is None else set(before)) - wanted.keys()
    row.cells.filter(backend__name__in=removed).delete()
    row.backends.add(*wanted.values())
    after = (current.keys() - removed) | wanted.keys()
    changes = difference(set(current), after)
    return [f"backends {changes}"] if changes else []
