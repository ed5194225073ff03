"""QuerySets of the catalogue and of preferences. They contain no rules."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from json import dumps
from typing import Any

from django.db import connections, models
from django.db.models.functions import Coalesce
from django.utils.timezone import now

from notifications.database.natural_keys import NaturalKeyQuerySet

Key = tuple[int, int]
"""A cell: (notification id, backend id)."""


class Outcome(StrEnum):
    """Result of a write for one preference."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"


class BackendQuerySet(NaturalKeyQuerySet):
    def enabled(self) -> "BackendQuerySet":
        return self.filter(enabled=True)

    def counted(self) -> "BackendQuerySet":
        """Annotate the numbers of referring rows: `cells_count`, `userprefs_count` and so on."""
        counts = {}
        for name in ("cells", "userprefs", "groupprefs"):
            related = self.model._meta.get_field(name).related_model
            rows = related._base_manager.filter(backend=models.OuterRef("pk")).order_by()
            count = rows.values("backend").annotate(count=models.Count("pk")).values("count")
            counts[f"{name}_count"] = Coalesce(models.Subquery(count), 0)
        counted: BackendQuerySet = self.annotate(**counts)
        return counted


class NotificationQuerySet(NaturalKeyQuerySet):
    def configuration_rows(self) -> "models.QuerySet[Any, tuple[Any, ...]]":
        """Return the whole configuration in catalogue order; one statement.

        A row for each (notification, cell, permission), with None for a missing cell or permission.
        `configuration.entries.load` groups the rows.
        """
        return self.order_by(
            "position", "pk", "cells__backend__position", "cells__backend__pk", "permissions__pk"
        ).values_list(
            "pk",
            "name",
            "display_name",
            "description",
            "category",
            "public",
            "retired",
            "permissions__pk",
            "permissions__codename",
            "permissions__content_type__app_label",
            "cells__required",
            "cells__default",
            "cells__backend__pk",
            "cells__backend__name",
            "cells__backend__display_name",
            "cells__backend__description",
            "cells__backend__enabled",
            "cells__backend__position",
            "cells__backend__klass",
            "cells__backend__listed",
        )


class PrefsQuerySet(NaturalKeyQuerySet):
    """Preferences of users or of groups. `model.subject` is the name of the owner's field."""

    def of(self, subjects: Collection[Any]) -> "PrefsQuerySet":
        """Filter by users, or groups, with these primary keys."""
        return self.filter(**{f"{self.model.subject}__in": subjects})

    def write(
        self,
        *,
        subject: Any,
        values: Mapping[Key, bool],
        before: Mapping[Key, bool] | None = None,
    ) -> dict[Key, Outcome]:
        """Set preferences of one user or group, and return the outcome of each; one statement.

        Must run in a transaction. `before` are the owner's preferences as read in the same
        transaction; without it, SQLite needs another statement. Outcomes are correct for this
        call, also with concurrent writers.
        """
        if not values:
            return {}
        self._for_write = True
        if connections[self.db].vendor == "postgresql":
            changed = self._upsert(subject, values)
        else:
            stored = self._values_of(subject) if before is None else before
            changed = self._upsert_changes(subject, values, stored)
        return {key: changed.get(key, Outcome.UNCHANGED) for key in values}

    def _upsert(self, subject: Any, values: Mapping[Key, bool]) -> dict[Key, Outcome]:
        with connections[self.db].cursor() as cursor:
            cursor.execute(upsert(self.model), upsert_params(self.model, subject, values))
            return {
                (notification, backend): Outcome.CREATED if inserted else Outcome.UPDATED
                for notification, backend, inserted in cursor.fetchall()
            }

    def _values_of(self, subject: Any) -> dict[Key, bool]:
        rows = self.of([subject]).values_list("notification_id", "backend_id", "notify")
        return {(notification, backend): notify for notification, backend, notify in rows}

    def _upsert_changes(
        self, subject: Any, values: Mapping[Key, bool], before: Mapping[Key, bool]
    ) -> dict[Key, Outcome]:
        """Upsert the changes on SQLite, where a writing transaction locks the whole database."""
        changed = {key: value for key, value in values.items() if before.get(key) is not value}
        if changed:
            connection, meta = connections[self.db], self.model._meta
            owner = meta.get_field(meta.model.subject)
            moment = connection.ops.adapt_datetimefield_value(now())
            rows = [[*key, value] for key, value in changed.items()]
            with connection.cursor() as cursor:
                cursor.execute(
                    f'INSERT INTO "{meta.db_table}"'  # noqa: S608 - names of our own models
                    f' ("{owner.column}", notification_id, backend_id, notify, created, updated)'
                    " SELECT %s, json_extract(value, '$[0]'), json_extract(value, '$[1]'),"
                    " json_extract(value, '$[2]'), %s, %s"
                    " FROM json_each(%s) WHERE TRUE"  # without WHERE, ON would belong to a join
                    f' ON CONFLICT ("{owner.column}", notification_id, backend_id) DO UPDATE'
                    " SET notify = excluded.notify, updated = excluded.updated",
                    [owner.get_db_prep_value(subject, connection), moment, moment, dumps(rows)],
                )
        return {key: Outcome.UPDATED if key in before else Outcome.CREATED for key in changed}

    def clear(self) -> int:
        """Delete these rows and return their number. Must run in a transaction."""
        self._for_write = True
        in_lock_order = self.using(self.db).order_by(
            f"{self.model.subject}_id", "notification_id", "backend_id"
        )
        locked = in_lock_order.select_for_update(of=("self",)).values("pk")
        rows = self.model._base_manager.using(self.db).filter(pk__in=locked)
        deleted: int = rows.delete()[0]
        return deleted


def upsert(model: Any, *, condition: str = "TRUE") -> str:
    """Return the statement of PostgreSQL that writes preferences if the condition is true.

    It returns (notification_id, backend_id, inserted) of each row that was inserted or changed.
    Rows are locked in the order of the index, so that concurrent writers do not deadlock.
    """
    meta = model._meta
    subject = meta.get_field(model.subject).column
    return (
        f'INSERT INTO "{meta.db_table}" AS old'  # noqa: S608 - names of our own models
        f' ("{subject}", notification_id, backend_id, notify, created, updated)'
        " SELECT %s, new.notification, new.backend, new.notify, %s, %s"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[])"
        f" AS new (notification, backend, notify) WHERE {condition}"
        " ORDER BY new.notification, new.backend"
        f' ON CONFLICT ("{subject}", notification_id, backend_id) DO UPDATE'
        " SET notify = excluded.notify, updated = excluded.updated"
        " WHERE old.notify IS DISTINCT FROM excluded.notify"
        # xmax is 0 for inserted rows: they were never locked or replaced.
        " RETURNING notification_id, backend_id, xmax = 0 AS inserted"
    )


def upsert_params(model: Any, subject: Any, values: Mapping[Key, bool]) -> tuple[Any, ...]:
    moment = now()
    return (
        model._meta.get_field(model.subject).get_prep_value(subject),
        *(moment, moment),
        array(notification for notification, _ in values),
        array(backend for _, backend in values),
        array(map(int, values.values())),
    )


def array(numbers: Iterable[int]) -> str:
    """Return an array literal of PostgreSQL, which is faster than its driver's own conversion."""
    return f"{{{','.join(map(str, numbers))}}}"
