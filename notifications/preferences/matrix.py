"""Matrices: every cell of a user or a group, decided. Pure, from configuration and facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.contrib.auth.models import Group

from notifications.caches import Cache
from notifications.configuration.cache import Membership, Snapshot
from notifications.configuration.entries import (
    BackendEntry,
    Configuration,
    NotificationEntry,
    columns,
)
from notifications.models.querysets import Key
from notifications.permissions import held
from notifications.precedence import Decision, decide
from notifications.preferences.user_state import Facts


@dataclass(frozen=True, slots=True)
class Cell:
    """One (notification, backend) of one user; a value of None is no opinion."""

    notification: NotificationEntry
    backend: BackendEntry
    decision: Decision
    user_value: bool | None
    group_value: bool | None
    default_value: bool


@dataclass(frozen=True, slots=True)
class GroupCell:
    """One (notification, backend) of one group; a value of None is no opinion."""

    notification: NotificationEntry
    backend: BackendEntry
    value: bool | None
    default_value: bool
    settable: bool


C = TypeVar("C", Cell, GroupCell)
_Rows = tuple[tuple["Row[Cell]", ...], tuple["Row[Cell]", ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Row(Generic[C]):
    """Rows of users' matrices are shared, so that what is made of one can be kept for the next."""

    notification: NotificationEntry
    cells: tuple[C, ...]


@dataclass(frozen=True, slots=True)
class GroupPreferenceMatrix:
    """All cells that a group may have an opinion on.

    Rows and columns in catalogue order; `backends` are those that any of the rows uses.
    """

    group: Group
    rows: tuple[Row[GroupCell], ...]
    backends: tuple[BackendEntry, ...]

    def row(self, notification: str) -> Row[GroupCell] | None:
        return next((row for row in self.rows if row.notification.name == notification), None)


def user_row(
    notification: NotificationEntry,
    *,
    permitted: bool,
    own: Mapping[Key, bool],
    groups: Mapping[Key, bool | None],
) -> Row[Cell]:
    """Decide the cells of one notification for one user, from preferences and groups' values."""
    cells = []
    for entry in notification.cells:
        key = (notification.id, entry.backend.id)
        user_value, group_value = own.get(key), groups.get(key)
        decision = decide(
            offered=entry.backend.enabled,
            permitted=permitted,
            required=entry.required,
            user_value=user_value,
            group_value=group_value,
            default=entry.default,
        )
        if decision is not None:
            values = (user_value, group_value, entry.default)
            cells.append(Cell(notification, entry.backend, decision, *values))
    return Row(notification, tuple(cells))


def permitted(
    user: Any, facts: Facts, configuration: Configuration
) -> Callable[[NotificationEntry], bool]:
    """Return the test whether the user may see, set and be sent a notification."""
    holds = held(user, wanted=configuration.permissions, granted=facts.granted)
    return lambda notification: user.is_active and notification.permissions.keys() <= holds


@dataclass(frozen=True, slots=True)
class _Place:
    """Position of a notification in a template.

    `key` and the user's values for `keys` identify a row in `rows`.
    """

    notification: NotificationEntry
    seen: bool
    index: int
    keys: tuple[Key, ...]
    key: tuple[Any, ...]
    rows: Cache[Any, Row[Cell]]

    def row(self, own: Mapping[Key, bool], groups: Mapping[Key, bool | None]) -> Row[Cell]:
        """Return the row, the very same for the same values."""
        key = (*self.key, *map(own.get, self.keys))
        row = self.rows.get(key)
        if row is None:
            row = user_row(self.notification, permitted=self.seen, own=own, groups=groups)
            row = self.rows.put(key, row)
        return row


@dataclass(frozen=True, slots=True, eq=False)
class _Template:
    """What those see who are in the same groups, hold the same and have no opinion of their own.

    Their rows are at the places of the notifications, which are by id.
    """

    rows: tuple[Row[Cell], ...]
    withheld: tuple[Row[Cell], ...]
    backends: tuple[BackendEntry, ...]
    places: Mapping[int, _Place]
    names: Mapping[str, _Place]

    def with_opinions(self, facts: Facts) -> _Rows:
        """Copy the rows, and decide anew where somebody has an opinion."""
        rows, withheld = list(self.rows), list(self.withheld)
        own, groups = facts.own, facts.groups.values
        for notification in {notification for notification, _ in own}:
            place = self.places.get(notification)
            if place is not None:
                (rows if place.seen else withheld)[place.index] = place.row(own, groups)
        return tuple(rows), tuple(withheld)


class PreferenceMatrix:
    """All cells that the user may see, decided when they are looked at.

    Rows and columns in catalogue order; `backends` are those that any of the rows uses. `withheld`
    are the other rows, for lack of a permission or because the user is inactive; they are for those
    who look after the user.
    """

    def __init__(
        self, user: Any, facts: Facts, template: _Template, drawn: Cache[Any, _Rows]
    ) -> None:
        self.user = user
        self.groups: tuple[Membership, ...] = facts.groups.memberships
        self.backends = template.backends
        self._facts = facts
        self._template = template
        self._drawn = drawn

    @property
    def rows(self) -> tuple[Row[Cell], ...]:
        return self._both[0]

    @property
    def withheld(self) -> tuple[Row[Cell], ...]:
        return self._both[1]

    def row(self, notification: str) -> Row[Cell] | None:
        """Return one of the rows by the name of its notification, without deciding the others."""
        place = self._template.names.get(notification)
        facts = self._facts
        return place.row(facts.own, facts.groups.values) if place and place.seen else None

    @cached_property
    def _both(self) -> _Rows:
        """The rows, and those withheld: the very same for the same opinions."""
        key = (self._template, self._facts.told)
        both = self._drawn.get(key)
        if both is None:
            both = self._drawn.put(key, self._template.with_opinions(self._facts))
        return both


def user_matrix(user: Any, *, facts: Facts, snapshot: Snapshot) -> PreferenceMatrix:
    return PreferenceMatrix(user, facts, _template(user, facts, snapshot), snapshot.drawn)


def _template(user: Any, facts: Facts, snapshot: Snapshot) -> _Template:
    configuration = snapshot.configuration
    holds = held(user, wanted=configuration.permissions, granted=facts.granted)
    key = (facts.groups.ids, holds, bool(user.is_active))
    template: _Template | None = snapshot.templates.get(key)
    if template is None:
        template = snapshot.templates.put(key, _made(user, facts, configuration))
    return template


def _made(user: Any, facts: Facts, configuration: Configuration) -> _Template:
    may_see, groups = permitted(user, facts, configuration), facts.groups.values
    rows: list[Row[Cell]] = []
    withheld: list[Row[Cell]] = []
    places: dict[int, _Place] = {}
    for notification in configuration.public:
        if notification.backends:
            seen = may_see(notification)
            part = rows if seen else withheld
            keys = tuple((notification.id, entry.backend.id) for entry in notification.cells)
            key = (notification.id, seen, *map(groups.get, keys))
            place = _Place(notification, seen, len(part), keys, key, configuration.rows)
            places[notification.id] = place
            part.append(place.row({}, groups))
    backends = columns(row.notification for row in rows)
    names = {place.notification.name: place for place in places.values()}
    return _Template(tuple(rows), tuple(withheld), backends, places, names)


def group_matrix(
    group: Group, *, values: Mapping[Key, bool], configuration: Configuration
) -> GroupPreferenceMatrix:
    rows = []
    for notification in configuration.public:
        cells = tuple(
            GroupCell(
                notification,
                entry.backend,
                values.get((notification.id, entry.backend.id)),
                entry.default,
                settable=not entry.required,
            )
            for entry in notification.cells
            if entry.backend.enabled
        )
        if cells:
            rows.append(Row(notification, cells))
    backends = columns(row.notification for row in rows)
    return GroupPreferenceMatrix(group, tuple(rows), backends)
