"""The parts that the statement is put together from. `u` is the user in each of them.

Names of parameters stand for values; a range or list of keys is pushed into every subquery, where
an index narrows it.
"""
# ruff: noqa: S608 - all names are those of models, quoted

from collections.abc import Callable
from dataclasses import dataclass

from notifications.audience.names import Names

Within = Callable[[str], str]
"""From a column to the condition, led in by AND, that it is one of the keys asked for."""


@dataclass(frozen=True, slots=True)
class Parts:
    names: Names
    within: Within

    def cell(self, column: str) -> str:
        """A column of the cell, NULL where the backend does not offer it."""
        return (
            f"(SELECT c.{column} FROM {self.names.cell} c JOIN {self.names.backend} b"
            " ON b.id = c.backend_id AND b.enabled"
            " WHERE c.notification_id = %(notification)s AND c.backend_id = %(backend)s)"
        )

    def permitted(self) -> str:
        """Row 1 and 2 of the rule: the cell is there, the user is active and permitted."""
        active = f"u.{self.names.active}" if self.names.active else "TRUE"
        return (
            f"{active}{self.within(f'u.{self.names.key}')}"
            f" AND EXISTS {self.cell('id')}"
            f" AND (NOT EXISTS {self._needed('1')} OR u.is_superuser"
            f" OR u.{self.names.key} IN {self._by_one_group()}"
            f" OR u.{self.names.key} IN {self._by_several()})"
        )

    def _needed(self, column: str) -> str:
        required = self.names.required_permissions
        return (
            f"(SELECT {column} FROM {required.table} r"
            f" WHERE r.{required.source} = %(notification)s)"
        )

    def _by_one_group(self) -> str:
        """Users with a group that is granted all of the permissions: most of those who may."""
        group, members = self.names.group_permissions, self.names.members
        return (
            f"(SELECT m.{members.source} FROM {members.table} m WHERE m.{members.target} IN"
            f" (SELECT a.{group.source} FROM {group.table} a"
            f" WHERE a.{group.target} IN {self._needed(f'r.{self._permission}')}"
            f" GROUP BY a.{group.source} HAVING COUNT(*) = {self._needed('COUNT(*)')})"
            f"{self.within(f'm.{members.source}')})"
        )

    def _by_several(self) -> str:
        """Users who are granted all of them, some by themselves or by another group."""
        own, group = self.names.user_permissions, self.names.group_permissions
        members, needed = self.names.members, self._needed(f"r.{self._permission}")
        return (
            "(SELECT h.user_id FROM ("
            f"SELECT d.{own.source} AS user_id, d.{own.target} AS permission_id"
            f" FROM {own.table} d WHERE d.{own.target} IN {needed}"
            f"{self.within(f'd.{own.source}')}"
            f" UNION SELECT m.{members.source}, a.{group.target} FROM {group.table} a"
            f" JOIN {members.table} m ON m.{members.target} = a.{group.source}"
            # A single one is granted by one group, or not by any.
            f" WHERE 1 < {self._needed('COUNT(*)')} AND a.{group.target} IN {needed}"
            f"{self.within(f'm.{members.source}')}"
            f") h GROUP BY h.user_id HAVING COUNT(*) = {self._needed('COUNT(*)')})"
        )

    @property
    def _permission(self) -> str:
        return self.names.required_permissions.target

    def own(self) -> str:
        """A join with the user's own preference, as `p`."""
        return (
            f" LEFT JOIN {self.names.own} p ON p.user_id = u.{self.names.key}"
            " AND p.notification_id = %(notification)s AND p.backend_id = %(backend)s"
            f"{self.within('p.user_id')}"
        )

    def of_groups(self, one_yes: str) -> str:
        """A join with what the user's groups say together, as `g`."""
        members = self.names.members
        return (
            f" LEFT JOIN (SELECT m.{members.source} AS user_id, {one_yes} AS notify"
            f" FROM {self.names.by_group} o"
            f" JOIN {members.table} m ON m.{members.target} = o.group_id"
            " WHERE o.notification_id = %(notification)s AND o.backend_id = %(backend)s"
            f"{self.within(f'm.{members.source}')}"
            f" GROUP BY m.{members.source}) g ON g.user_id = u.{self.names.key}"
        )

    def who_said(self, value: str) -> str:
        """Select the users whose own preference is `value`: `p.notify` or `NOT p.notify`."""
        return (
            f"SELECT p.user_id FROM {self.names.own} p WHERE p.notification_id ="
            f" %(notification)s AND p.backend_id = %(backend)s AND {value}"
            f"{self.within('p.user_id')}"
        )

    def whose_group_said(self, value: str) -> str:
        """Select the users with a group that says `value`: `o.notify` or `NOT o.notify`."""
        members = self.names.members
        return (
            f"SELECT m.{members.source} FROM {members.table} m WHERE m.{members.target} IN"
            f" (SELECT o.group_id FROM {self.names.by_group} o WHERE o.notification_id ="
            f" %(notification)s AND o.backend_id = %(backend)s AND {value})"
            f"{self.within(f'm.{members.source}')}"
        )

    def groups_that_said_yes(self, as_json: str) -> str:
        """The names of the user's groups that say yes, as `as_json` collects them."""
        members = self.names.members
        return (
            f"(SELECT {as_json} FROM (SELECT y.name FROM {members.table} m"
            f" JOIN {self.names.by_group} o ON o.group_id = m.{members.target} AND o.notify"
            " AND o.notification_id = %(notification)s AND o.backend_id = %(backend)s"
            f" JOIN {self.names.group} y ON y.id = o.group_id"
            f" WHERE m.{members.source} = u.{self.names.key} ORDER BY y.name) y)"
        )
