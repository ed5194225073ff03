"""Erasure of the personal data of one user."""

from collections import Counter
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections
from django.db.models import QuerySet
from django.db.models.deletion import Collector

from notifications.arguments import saved_user
from notifications.database.routing import for_write, writing
from notifications.delivery.batches import finish
from notifications.models import Address, Batch, Send, SentNotification, UserPrefs
from notifications.privacy import other_apps
from notifications.privacy.person import BATCH_SIZE, Person

ERASED = "(erased)"
OWN = (Address, SentNotification, UserPrefs)


def erase(*, user: Any, keep_account: bool = False, dry_run: bool = False) -> Counter[str]:
    """Erase the personal data of a user; return the number of rows by kind.

    The account is deleted with all rows that Django deletes with it; with `keep_account` it is
    deactivated instead. Idempotent: each step is a transaction of its own. With `dry_run`, rows are
    only counted. Raises ProtectedError or RestrictedError, before anything is written, if rows of
    other apps prevent the deletion of the account.
    """
    erasure = _Erasure(Person.of(saved_user(user)), dry_run=dry_run)
    if not keep_account:
        erasure.counts += _rows_deleted_with(erasure.person.user)
    erasure.deactivate()
    erasure.batches()
    erasure.deliveries()
    erasure.rows()
    erasure.other_apps()
    if not keep_account:
        erasure.account()
    return +erasure.counts


def _rows_deleted_with(user: Any) -> Counter[str]:
    """Return the number of rows of other apps that are deleted with the account, by model."""
    collector = Collector(using=for_write(), origin=user)
    collector.collect([user])
    counts: Counter[str] = Counter()
    for model, rows in collector.data.items():
        counts[model._meta.label] += len(rows)
    for queryset in collector.fast_deletes:
        counts[queryset.model._meta.label] += queryset.count()
    for model in (*OWN, type(user)):
        del counts[model._meta.label]
    return counts


class _Erasure:
    """The steps of an erasure. They count rows; in a dry run, they only count."""

    def __init__(self, person: Person, *, dry_run: bool) -> None:
        self.person = person
        self.counts: Counter[str] = Counter()
        self._dry_run = dry_run
        self._batches: dict[int, int] = {}
        """Keys of sends by the keys of their batches with the user's key."""
        self._sends: set[int] = set()
        """Keys of sends without another recipient."""

    def deactivate(self) -> None:
        """Deactivate the account, so that nothing is sent to the user during the erasure."""
        model = get_user_model()
        names = {field.name for field in model._meta.concrete_fields}
        self.counts["accounts deactivated"] = int("is_active" in names)
        if "is_active" in names and not self._dry_run:
            accounts = model._base_manager.using(for_write())
            accounts.filter(pk=self.person.user.pk).update(is_active=False)

    def batches(self) -> None:
        """Remove the user's key from lists and bounds of batches."""
        for batch in self.person.batches():
            self._batches[batch.pk] = batch.send_id
            if not self._dry_run:
                _remove_from(batch, self.person)
        self.counts["batches changed"] = len(self._batches)

    def deliveries(self) -> None:
        """Delete the deliveries, and the sends without another recipient."""
        for sends in self.person.sends():
            with writing():
                rows = self.person.deliveries().filter(send__in=sends)
                self._delete(rows)
                self._delete_sends(sends)
        self._delete_sends(sorted(set(self._batches.values())))
        self.counts[Send._meta.label] = len(self._sends)

    def _delete_sends(self, sends: list[int]) -> None:
        for start in range(0, len(sends), BATCH_SIZE):
            own = self.person.sends_to_them_alone(sends[start : start + BATCH_SIZE])
            self._sends.update(own)
            if not self._dry_run:
                Send.objects.using(for_write()).filter(pk__in=own).delete()

    def rows(self) -> None:
        """Delete preferences, addresses, and the user's rows in tables of django-notifier."""
        self._delete(self.person.preferences())
        self._delete(self.person.addresses())
        for table in other_apps.notifier_tables():
            where = f'FROM "{table}" WHERE user_id = %s'
            key = get_user_model()._meta.pk.get_db_prep_value(
                self.person.user.pk, connections[for_write()]
            )
            with connections[for_write()].cursor() as cursor:
                cursor.execute(f"SELECT COUNT(*) {where}", [key])
                self.counts[table] = cursor.fetchone()[0]
                if not self._dry_run:
                    cursor.execute(f"DELETE {where}", [key])

    def other_apps(self) -> None:
        """Delete the user's sessions, and clear personal data in the admin log and in tasks."""
        sessions = list(other_apps.sessions(self.person))
        entries = list(other_apps.log_entries(self.person))
        tasks = list(other_apps.tasks(self.person, self._batches))
        self.counts["sessions"] = len(sessions)
        self.counts["admin log entries anonymized"] = len(entries)
        self.counts["task results cleared"] = len(tasks)
        if not self._dry_run:
            for store, row in sessions:
                row.delete(using=for_write())
                if hasattr(store, "cache_key_prefix"):  # also in a cache
                    store.delete()
            for row in entries:
                _update(row, object_id=None, object_repr=ERASED, change_message="")
            for row in tasks:
                _update(
                    row, args_kwargs={"args": [], "kwargs": {}}, return_value=None, traceback=""
                )

    def account(self) -> None:
        del self.counts["accounts deactivated"]
        self.counts["accounts"] = 1
        if not self._dry_run:
            self.person.user.delete(using=for_write())

    def _delete(self, rows: "QuerySet[Any]") -> None:
        count = rows.count() if self._dry_run else rows.delete()[0]
        self.counts[rows.model._meta.label] += count


def _update(row: Any, **values: Any) -> None:
    type(row)._base_manager.using(for_write()).filter(pk=row.pk).update(**values)


def _remove_from(batch: Batch, person: Person) -> None:
    """Remove the key; a bound becomes the key before it. A batch without recipients is done."""
    with writing() as using:
        row = Batch.objects.using(using).select_for_update().filter(pk=batch.pk).first()
        if row is None:
            return
        before = "" if row.due is None else _key_before(person)
        is_empty = row.high == person.key and not before
        if row.keys is not None:
            row.keys = [key for key in row.keys if key != person.key]
            is_empty = not row.keys
        row.low, row.high = (
            before if bound == person.key else bound for bound in (row.low, row.high)
        )
        closes = is_empty and row.due is not None
        if closes:
            row.due, row.recipients = None, 0
        row.save(update_fields=["keys", "low", "high", "due", "recipients"])
    if closes:
        finish(row.send)


def _key_before(person: Person) -> str:
    """Return the key of the previous user; empty for the first user."""
    users = get_user_model()._base_manager.using(for_write()).filter(pk__lt=person.user.pk)
    key = users.order_by("-pk").values_list("pk", flat=True).first()
    return "" if key is None else str(key)
