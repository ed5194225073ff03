"""What a call of `send_notification` writes: all that workers need, in the caller's transaction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.timezone import now

from notifications.arguments import items, resolved
from notifications.backends.base import RESERVED
from notifications.database.routing import for_write, writing
from notifications.delivery import contexts
from notifications.delivery.clock import later
from notifications.delivery.jobs import Job, put
from notifications.delivery.settings import delivery
from notifications.errors import InvalidKey, UsedKey, WrongRecipient, WrongSubject
from notifications.models import Backend, Batch, Notification, Send
from notifications.subjects import EVERYBODY, read_where_written, saved_user
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
    with writing() as using:
        row, created = Send.objects.using(using).get_or_create(
            notification_id=notification.pk,
            key=uuid4().hex if key is None else key,
            defaults={"context": encoded},
        )
        if not created:
            _compare(row, encoded, notification.name)
            return Queued(row.key, {}, row.pk)
        offered = Backend.objects.using(using).filter(cells__notification=notification.pk)
        backends = list(offered.filter(enabled=True))
        if users is EVERYBODY:
            _write(row, backends, wide=True)
        else:
            row.users = sum(_write(row, backends, keys=keys) for keys in _batches(users))
        batches = list(Batch.objects.filter(send=row).values_list("pk", "backend"))
        row.finished = None if batches else now()
        row.save(using=using, update_fields=["users", "finished"])
        by_key = {backend.pk: backend for backend in backends}
        for batch, backend in batches:
            put(Job.DELIVER, batch, backend=by_key[backend])
        return Queued(row.key, {backend.name: row.users for backend in backends}, row.pk)


def _check(key: Any) -> None:
    longest = Send._meta.get_field("key").max_length or 0
    if key is not None and not (is_storable(key) and 0 < len(key) <= longest):
        raise InvalidKey(key, longest=longest)


def _compare(row: Send, context: Mapping[str, Any], name: str) -> None:
    """Raise UsedKey unless the context is that of the earlier call, as the database compares it."""
    stored = Send.objects.using(for_write()).filter(pk=row.pk, context=context)
    if row.context != context and not stored.exists():
        raise UsedKey(row.key, notification=name)


def _write(row: Send, backends: Iterable[Backend], **fields: Any) -> int:
    made = [_batch(row, backend, **fields) for backend in backends]
    Batch.objects.using(for_write()).bulk_create(made)
    return len(fields.get("keys", ()))


def _batch(row: Send, backend: Backend, **fields: Any) -> Batch:
    due: Any = later(delivery().lease)
    return Batch(send=row, backend=backend, due=due, **fields)


def _batches(users: Any) -> Iterator[list[str]]:
    keys = iter(_keys(users))
    while batch := [str(key) for key in islice(keys, delivery().batch)]:
        yield batch


def _keys(users: Any) -> Iterable[Any]:
    """The users' primary keys, each once."""
    model = get_user_model()
    if isinstance(users, QuerySet) and issubclass(users.model, model):
        chosen = read_where_written(users).values("pk")
        if chosen.db != for_write():  # the caller has named another database
            return dict.fromkeys(row["pk"] for row in chosen.iterator(delivery().batch))
        named = model._default_manager.using(chosen.db).filter(pk__in=chosen)
        return named.order_by("pk").values_list("pk", flat=True).iterator(delivery().batch)
    return dict.fromkeys(_key(user) for user in items(users))


def _key(user: Any) -> Any:
    try:
        return saved_user(user).pk
    except WrongSubject:
        raise WrongRecipient(user) from None
