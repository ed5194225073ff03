"""Erasure of one person's data."""

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
from notifications.privacy.person import AT_ONCE, Person

ERASED = "(erased)"
OWN = (Address, SentNotification, UserPrefs)


def erase(*, user: Any, keep_account: bool = False, dry_run: bool = False) -> Counter[str]:
    """Erase all that is stored about a user; return the numbers of rows by their kind.

    The account is deleted with all rows that Django deletes with it; with `keep_account` it is
    deactivated instead. Safe to repeat: each step is a transaction of its own. Raises
    ProtectedError or RestrictedError, before anything is written, if other rows keep the account.
    """
    erasure = _Erasure(Person.of(saved_user(user)), dry_run=dry_run)
    if not keep_account:
        erasure.counts += _deleted_with(erasure.person.user)
    erasure.deactivate()
    erasure.batches()
    erasure.deliveries()
    erasure.rows()
    erasure.elsewhere()
    if not keep_account:
        erasure.account()
    return +erasure.counts


def _deleted_with(user: Any) -> Counter[str]:
    """Return the numbers of rows of other apps that are deleted with the account."""
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
    """Steps that count what they erase, and only count in a dry run."""

    def __init__(self, person: Person, *, dry_run: bool) -> None:
        self.person = person
        self.counts: Counter[str] = Counter()
        self._dry_run = dry_run
        self._batches: dict[int, int] = {}
        """The sends of the batches that had the person's key, by the key of the batch."""
        self._sends: set[int] = set()
        """Sends that were for this person alone."""

    def deactivate(self) -> None:
        """Deactivate the account, so that nothing is sent to it meanwhile."""
        model = get_user_model()
        names = {field.name for field in model._meta.concrete_fields}
        self.counts["accounts deactivated"] = int("is_active" in names)
        if "is_active" in names and not self._dry_run:
            accounts = model._base_manager.using(for_write())
            accounts.filter(pk=self.person.user.pk).update(is_active=False)

    def batches(self) -> None:
        """Remove the person's key from lists and bounds of batches."""
        for batch in self.person.batches():
            self._batches[batch.pk] = batch.send_id
            if not self._dry_run:
                _remove_from(batch, self.person)
        self.counts["batches that had the key"] = len(self._batches)

    def deliveries(self) -> None:
        """Delete the deliveries, and the sends that were for this person alone."""
        for sends in self.person.sends():
            with writing():
                rows = self.person.deliveries().filter(send__in=sends)
                self._delete(rows)
                self._delete_sends(sends)
        self._delete_sends(sorted(set(self._batches.values())))
        self.counts[Send._meta.label] = len(self._sends)

    def _delete_sends(self, sends: list[int]) -> None:
        for start in range(0, len(sends), AT_ONCE):
            own = self.person.only_theirs(sends[start : start + AT_ONCE])
            self._sends.update(own)
            if not self._dry_run:
                Send.objects.using(for_write()).filter(pk__in=own).delete()

    def rows(self) -> None:
        """Delete preferences and addresses, and what django-notifier stored about the person."""
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

    def elsewhere(self) -> None:
        """Sign the person out, and remove what the admin's log and tasks have about them."""
        sessions = list(other_apps.sessions(self.person))
        entries = list(other_apps.log_entries(self.person))
        tasks = list(other_apps.tasks(self.person, self._batches))
        self.counts["sessions"] = len(sessions)
        self.counts["entries of the admin's log made anonymous"] = len(entries)
        self.counts["results of tasks emptied"] = len(tasks)
        if not self._dry_run:
            for store, row in sessions:
                row.delete(using=for_write())
                if hasattr(store, "cache_key_prefix"):  # is in a cache, too
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
    """Remove the key. A batch that has nobody left is done; a bound becomes the key before it."""
    with writing() as using:
        row = Batch.objects.using(using).select_for_update().filter(pk=batch.pk).first()
        if row is None:
            return
        before = "" if row.due is None else _key_before(person)
        nobody = row.high == person.key and not before
        if row.keys is not None:
            row.keys = [key for key in row.keys if key != person.key]
            nobody = not row.keys
        row.low, row.high = (
            before if bound == person.key else bound for bound in (row.low, row.high)
        )
        closes = nobody and row.due is not None
        if closes:
            row.due, row.recipients = None, 0
        row.save(update_fields=["keys", "low", "high", "due", "recipients"])
    if closes:
        finish(row.send)


def _key_before(person: Person) -> str:
    """Return the key of the user before this one; empty if it is the first."""
    users = get_user_model()._base_manager.using(for_write()).filter(pk__lt=person.user.pk)
    key = users.order_by("-pk").values_list("pk", flat=True).first()
    return "" if key is None else str(key)
