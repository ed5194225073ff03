"""Matrices of users and groups, and the cache of users' rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from django.contrib.auth.models import Group

from notifications.caches import Cache
from notifications.configuration.cache import ConfigurationSnapshot
from notifications.configuration.entries import (
    BackendEntry,
    Configuration,
    NotificationEntry,
    columns,
)
from notifications.configuration.groups import Membership
from notifications.models.querysets import Key
from notifications.preferences.rows import (
    Cell,
    GroupCell,
    Row,
    group_row,
    held_permissions,
    permission_check,
    user_row,
)
from notifications.preferences.user_state import UserState

Rows = tuple[Row[Cell], ...]
RowsAndWithheld = tuple[Rows, Rows]
_RowCache = Cache[tuple[Any, ...], Row[Cell]]


@dataclass(frozen=True, slots=True)
class GroupPreferenceMatrix:
    """All cells for which a group may have preferences.

    Rows and columns are in catalogue order; `backends` are the columns that any row uses.
    """

    group: Group
    rows: tuple[Row[GroupCell], ...]
    backends: tuple[BackendEntry, ...]

    def row(self, notification: str) -> Row[GroupCell] | None:
        return next((row for row in self.rows if row.notification.name == notification), None)


def group_matrix(
    group: Group, *, values: Mapping[Key, bool], configuration: Configuration
) -> GroupPreferenceMatrix:
    rows = (group_row(notification, values) for notification in configuration.public)
    rows_with_cells = tuple(row for row in rows if row.cells)
    backends = columns(row.notification for row in rows_with_cells)
    return GroupPreferenceMatrix(group, rows_with_cells, backends)


class PreferenceMatrix:
    """All cells that a user may see, decided when they are read.

    Rows and columns are in catalogue order; `backends` are the columns that any row uses.
    `withheld` are the rows that the user does not see, because of a missing permission or because
    the user is inactive; they are for people who manage the user's preferences.
    """

    def __init__(
        self, user: Any, state: UserState, template: "_Template", cache: "_SnapshotCache"
    ) -> None:
        self.user = user
        self.groups: tuple[Membership, ...] = state.groups.memberships
        self.backends = template.backends
        self._state = state
        self._template = template
        self._cache = cache

    @property
    def rows(self) -> Rows:
        return self._rows_and_withheld[0]

    @property
    def withheld(self) -> Rows:
        return self._rows_and_withheld[1]

    def row(self, notification: str) -> Row[Cell] | None:
        """Return the row of the notification with this name, without deciding other rows."""
        position = self._template.by_name.get(notification)
        if position is None or not position.permitted:
            return None
        return position.row(self._state.values, self._state.groups.values)

    @cached_property
    def _rows_and_withheld(self) -> RowsAndWithheld:
        """The rows; the same objects for users with equal preferences."""
        key = (self._template, self._state.prefs.text)
        cached = self._cache.matrices.get(key)
        if cached is None:
            cached = self._cache.matrices.put(key, self._template.rows_of(self._state))
        return cached


def user_matrix(
    user: Any,
    *,
    state: UserState,
    snapshot: ConfigurationSnapshot,
    held: frozenset[int] | None = None,
) -> PreferenceMatrix:
    """Return the matrix of a user. `held` is the result of `held_permissions`, if it is known."""
    cache = matrix_cache.of(snapshot)
    configuration = snapshot.configuration
    if held is None:
        held = held_permissions(user, state, configuration)
    key = (state.groups.ids, held, bool(user.is_active))
    template = cache.templates.get(key)
    if template is None:
        created = _create_template(permission_check(user, held), state, configuration, cache.rows)
        template = cache.templates.put(key, created)
    return PreferenceMatrix(user, state, template, cache)


@dataclass(frozen=True, slots=True)
class _Position:
    """Position of a notification among the rows, or the withheld rows, of a template.

    `key` and the user's values for `cells` are the key of a row in the cache.
    """

    notification: NotificationEntry
    permitted: bool
    index: int
    cells: tuple[Key, ...]
    key: tuple[Any, ...]
    cache: _RowCache

    def row(
        self, user_values: Mapping[Key, bool], group_values: Mapping[Key, bool | None]
    ) -> Row[Cell]:
        """Return the row; the same object for equal values."""
        key = (*self.key, *map(user_values.get, self.cells))
        row = self.cache.get(key)
        if row is None:
            decided = user_row(
                self.notification,
                permitted=self.permitted,
                user_values=user_values,
                group_values=group_values,
            )
            row = self.cache.put(key, decided)
        return row


@dataclass(frozen=True, slots=True, eq=False)
class _Template:
    """Rows of users without preferences who have the same groups and permissions.

    `positions` are by the ID of the notification, `by_name` by its name.
    """

    rows: Rows
    withheld: Rows
    backends: tuple[BackendEntry, ...]
    positions: Mapping[int, _Position]
    by_name: Mapping[str, _Position]

    def rows_of(self, state: UserState) -> RowsAndWithheld:
        """Return the rows of a user: copies, decided again where the user has preferences."""
        rows, withheld = list(self.rows), list(self.withheld)
        user_values, group_values = state.values, state.groups.values
        for notification in {notification for notification, _ in user_values}:
            position = self.positions.get(notification)
            if position is not None:
                part = rows if position.permitted else withheld
                part[position.index] = position.row(user_values, group_values)
        return tuple(rows), tuple(withheld)


def _create_template(
    may_see: Callable[[NotificationEntry], bool],
    state: UserState,
    configuration: Configuration,
    cache: _RowCache,
) -> _Template:
    group_values = state.groups.values
    rows: list[Row[Cell]] = []
    withheld: list[Row[Cell]] = []
    positions: dict[int, _Position] = {}
    for notification in configuration.public:
        if notification.backends:
            visible = may_see(notification)
            part = rows if visible else withheld
            cells = tuple((notification.id, entry.backend.id) for entry in notification.cells)
            key = (notification.id, visible, *map(group_values.get, cells))
            position = _Position(notification, visible, len(part), cells, key, cache)
            positions[notification.id] = position
            part.append(position.row({}, group_values))
    backends = columns(row.notification for row in rows)
    by_name = {position.notification.name: position for position in positions.values()}
    return _Template(tuple(rows), tuple(withheld), backends, positions, by_name)


def _row_cache() -> _RowCache:
    return Cache("rows", share=0.06, weigh=lambda _key, row: 500 + 250 * len(row.cells))


@dataclass(frozen=True, slots=True)
class _SnapshotCache:
    """Rows of one snapshot.

    `rows` are keyed by notification and the values that decide it, `templates` by groups and
    permissions, `matrices` by template and preferences.
    """

    rows: _RowCache
    templates: Cache[Any, _Template] = field(
        default_factory=lambda: Cache(
            "templates",
            share=0.06,
            weigh=lambda _key, template: 2_000 + 900 * len(template.positions),
        )
    )
    matrices: Cache[tuple[_Template, str], RowsAndWithheld] = field(
        default_factory=lambda: Cache(
            "matrices",
            share=0.06,
            weigh=lambda key, rows: 100 * len(key[1]) + 8 * sum(map(len, rows)),
        )
    )


class MatrixCache:
    """Cache of decided rows, which users with equal cells share.

    Keyed by snapshot, and emptied with it; single rows are keyed by configuration, because they
    stay valid while groups change.
    """

    def __init__(self) -> None:
        self._by_snapshot: WeakKeyDictionary[ConfigurationSnapshot, _SnapshotCache] = (
            WeakKeyDictionary()
        )
        self._rows: WeakKeyDictionary[Configuration, _RowCache] = WeakKeyDictionary()

    def of(self, snapshot: ConfigurationSnapshot) -> _SnapshotCache:
        cache = self._by_snapshot.get(snapshot)
        if cache is None:
            rows = self._rows.setdefault(snapshot.configuration, _row_cache())
            cache = self._by_snapshot.setdefault(snapshot, _SnapshotCache(rows))
        return cache


matrix_cache = MatrixCache()
