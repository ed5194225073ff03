"""Queueing: a call of `send_notification` writes its batches, and puts a job for each into a queue.

A queue is a function that takes a job and calls `notifications.delivery.jobs.run` later. A job may
be lost, run late, or run more than once: sweeps put it into the queue again, and a second run finds
nothing to do.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from itertools import islice
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from notifications.arguments import EVERYBODY, evaluate, items, read_where_written, saved_user
from notifications.backends.base import RESERVED
from notifications.conf import QUEUES, delivery_settings
from notifications.database.clock import later
from notifications.database.routing import for_write, writing
from notifications.delivery import contexts
from notifications.delivery.backend_connections import is_transactional
from notifications.errors import InvalidKey, UsedKey, WrongRecipient, WrongSubject
from notifications.models import Backend, Batch, Notification, QueuedRetry, Send
from notifications.texts import is_storable


class Job(StrEnum):
    """Kind of a job. Each has the primary key of a row."""

    DELIVER = "DELIVER"
    """Deliver the batch with the key."""
    RETRY = "RETRY"
    """Send the deliveries that are due of the backend with the key."""


@dataclass(frozen=True, slots=True)
class Queued:
    """Result of a call: its key, the primary key of its `Send`, and the backends that are queued.

    `backends` maps the name of each backend to the number of users, each counted once; to None for
    EVERYBODY, as the audience is not counted. It is empty if the key has been used before.
    """

    key: str
    backends: Mapping[str, int | None]
    send: int


def queue_notification(
    *, notification: Notification, users: Any, context: Mapping[str, Any] | None, key: str | None
) -> Queued:
    """Queue the notification for one user, an iterable of users or EVERYBODY.

    Part of the caller's transaction: workers begin once that is committed, and nothing is sent if
    it is rolled back. Raises InvalidContext, InvalidKey, UsedKey or WrongRecipient; then nothing is
    queued.
    """
    users, key = evaluate(users), evaluate(key)
    _check_key(key)
    encoded = contexts.encode(context, reserved=RESERVED)
    with writing() as using:
        row, created = Send.objects.using(using).get_or_create(
            notification_id=notification.pk,
            key=uuid4().hex if key is None else key,
            defaults={"context": encoded},
        )
        if not created:
            _check_repeat(row, encoded, notification.name)
            return Queued(row.key, {}, row.pk)
        offered = Backend.objects.using(using).filter(cells__notification=notification.pk)
        backends = list(offered.filter(enabled=True))
        if users is EVERYBODY:
            _create_batches(row, backends, wide=True)
        else:
            row.users = sum(_create_batches(row, backends, keys=keys) for keys in _chunks(users))
        batches = list(Batch.objects.filter(send=row).values_list("pk", "backend"))
        row.created = later(0)  # by the clock of the database, as the end of a delivery is
        row.finished = None if batches else later(0)
        row.save(using=using, update_fields=["created", "users", "finished"])
        by_key = {backend.pk: backend for backend in backends}
        for batch, backend in batches:
            enqueue(Job.DELIVER, batch, backend=by_key[backend])
        return Queued(row.key, {backend.name: row.users for backend in backends}, row.pk)


def _check_key(key: Any) -> None:
    longest = Send._meta.get_field("key").max_length or 0
    if key is not None and not (is_storable(key) and 0 < len(key) <= longest):
        raise InvalidKey(key, longest=longest)


def _check_repeat(row: Send, context: Mapping[str, Any], name: str) -> None:
    """Raise UsedKey unless the database finds the context equal to that of the earlier call."""
    stored = Send.objects.using(for_write()).filter(pk=row.pk, context=context)
    if row.context != context and not stored.exists():
        raise UsedKey(row.key, notification=name)


def _create_batches(row: Send, backends: Iterable[Backend], **fields: Any) -> int:
    """Create a batch for each backend; return the number of users that `fields` name."""
    due: Any = later(delivery_settings().lease)
    Batch.objects.using(for_write()).bulk_create(
        Batch(send=row, backend=backend, due=due, **fields) for backend in backends
    )
    return len(fields.get("keys", ()))


def _chunks(users: Any) -> Iterator[list[str]]:
    keys = iter(_keys(users))
    while chunk := [str(key) for key in islice(keys, delivery_settings().batch)]:
        yield chunk


def _keys(users: Any) -> Iterable[Any]:
    """Return the users' primary keys, each once."""
    model = get_user_model()
    if isinstance(users, QuerySet) and issubclass(users.model, model):
        chosen = read_where_written(users).values("pk")
        if chosen.db != for_write():  # the caller has named another database
            return dict.fromkeys(row["pk"] for row in chosen.iterator(delivery_settings().batch))
        named = model._default_manager.using(chosen.db).filter(pk__in=chosen)
        return named.order_by("pk").values_list("pk", flat=True).iterator(delivery_settings().batch)
    return dict.fromkeys(_key(user) for user in items(users))


def _key(user: Any) -> Any:
    try:
        return saved_user(user).pk
    except WrongSubject:
        raise WrongRecipient(user) from None


def enqueue(job: Job, key: int, *, backend: Backend) -> None:
    """Put a job into the queue once the transaction is committed.

    Jobs of a transactional backend, such as the inbox, have priority. An error of the queue is
    logged and not raised: the job is in the database, too.
    """
    setting = delivery_settings()
    queue, options = import_string(setting.queue), {}
    if setting.queue in QUEUES.values():
        name = setting.backend_queues.get(backend.name)
        options = {"queue": name, "urgent": is_transactional(backend)}

    def publish() -> None:
        try:
            queue(job.value, key, **options)
        except Exception:
            forget(job, key)
            raise

    transaction.on_commit(publish, using=for_write(), robust=True)


def forget(job: str, key: int) -> None:
    """Delete the record that a retry job is queued, so that the next sweep queues it again.

    Other jobs have no such record: a sweep queues a batch again once it is overdue.
    """
    if job == Job.RETRY:
        QueuedRetry.objects.using(for_write()).filter(backend=key).delete()


def waiting_jobs() -> Collection[tuple[str, int]] | None:
    """Return the jobs that no worker has begun yet; None if the queue cannot list them."""
    found: Collection[tuple[str, int]] | None = _of_queue("waiting", lambda: None)()
    return found


def prune_jobs(*, before: datetime) -> int:
    """Delete the records of jobs that ended before that time, and return their number."""
    return int(_of_queue("prune", lambda **_: 0)(before=before))


def _of_queue(name: str, default: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of the module of a queue of this project."""
    path = delivery_settings().queue
    if path not in QUEUES.values():
        return default
    return getattr(import_module(path.rpartition(".")[0]), name, default)
