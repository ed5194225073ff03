"""What a call of `send_notification` writes: all that workers need, in the caller's transaction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import router, transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from notifications import contexts
from notifications.arguments import items, resolved
from notifications.backends.base import RESERVED
from notifications.databases import for_write
from notifications.delivery.jobs import Job, put
from notifications.delivery.settings import delivery
from notifications.errors import InvalidKey, UsedKey, WrongRecipient, WrongSubject
from notifications.models import Backend, Batch, Notification, Send
from notifications.subjects import EVERYBODY, saved_user
from notifications.texts import is_storable


@dataclass(frozen=True, slots=True)
class Queued:
    """Result of a call: its key, the primary key of its `Send`, and the backends that are queued.

    `backends` maps the name of each backend to the number of users, each counted once; to None for
    EVERYBODY, as the audience is not counted. It is empty if the key has been used before.
    """

    key: str
    backends: Mapping[str, int | None]
    send: int


def send(
    *, notification: Notification, users: Any, context: Mapping[str, Any] | None, key: str | None
) -> Queued:
    """Queue the notification for one user, an iterable of users or EVERYBODY.

    Part of the caller's transaction: workers begin once that is committed, and nothing is sent if
    it is rolled back. Raises InvalidContext, InvalidKey, UsedKey or WrongRecipient; then nothing is
    queued.
    """
    users, key = resolved(users), resolved(key)
    _check(key)
    encoded = contexts.encode(context, reserved=RESERVED)
    with transaction.atomic(using=router.db_for_write(Send)):
        row, created = Send.objects.get_or_create(
            notification=notification,
            key=uuid4().hex if key is None else key,
            defaults={"context": encoded},
        )
        if not created:
            _compare(row, encoded)
            return Queued(row.key, {}, row.pk)
        backends = list(Backend.objects.enabled().filter(cells__notification=notification))
        if users is EVERYBODY:
            row.batches.bulk_create(_batch(row, backend, wide=True) for backend in backends)
        else:
            row.users = sum(_write(row, backends, keys) for keys in _batches(users))
        batches = list(row.batches.values_list("pk", flat=True))
        row.finished = None if batches else now()
        row.save(update_fields=["users", "finished"])
        for batch in batches:
            put(Job.DELIVER, batch)
        return Queued(row.key, {backend.name: row.users for backend in backends}, row.pk)


def _check(key: Any) -> None:
    longest = Send._meta.get_field("key").max_length or 0
    if key is not None and not (is_storable(key) and 0 < len(key) <= longest):
        raise InvalidKey(key, longest=longest)


def _compare(row: Send, context: Mapping[str, Any]) -> None:
    """Raise UsedKey unless the context is that of the earlier call, as the database compares it."""
    stored = Send.objects.using(for_write()).filter(pk=row.pk, context=context)
    if row.context != context and not stored.exists():
        raise UsedKey(row.key, notification=row.notification.name)


def _write(row: Send, backends: Iterable[Backend], keys: list[str]) -> int:
    row.batches.bulk_create(_batch(row, backend, keys=keys) for backend in backends)
    return len(keys)


def _batch(row: Send, backend: Backend, **fields: Any) -> Batch:
    due = now() + timedelta(seconds=delivery().lease)
    return Batch(send=row, backend=backend, due=due, **fields)


def _batches(users: Any) -> Iterator[list[str]]:
    keys = iter(_keys(users))
    while batch := [str(key) for key in islice(keys, delivery().batch)]:
        yield batch


def _keys(users: Any) -> Iterable[Any]:
    """The users' primary keys, each once."""
    model = get_user_model()
    if isinstance(users, QuerySet) and issubclass(users.model, model):
        named = model._default_manager.filter(pk__in=users.values("pk"))
        return named.order_by("pk").values_list("pk", flat=True).iterator(delivery().batch)
    return dict.fromkeys(_key(user) for user in items(users))


def _key(user: Any) -> Any:
    try:
        return saved_user(user).pk
    except WrongSubject:
        raise WrongRecipient(user) from None
