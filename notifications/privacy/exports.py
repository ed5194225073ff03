"""Export of the personal data of one user."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.dispatch import Signal
from django.utils.timezone import now

from notifications.arguments import saved_user
from notifications.database.routing import for_write
from notifications.models import Address, Batch, SentNotification, UserPrefs
from notifications.privacy import other_apps
from notifications.privacy.person import BATCH_SIZE, Person

exporting = Signal()
"""Signal of `export`, sent with `user`. Receivers return a mapping of more sections, or None."""

ACCOUNT = ("first_name", "last_name", "is_active", "is_staff", "date_joined", "last_login")
"""Exported fields of the user model, if it has them, besides username and email address."""
NOT_STORED = {
    "unsubscribe_links": "Links in messages are computed from the user's key, the notification and"
    " the backend, and signed; they are not stored.",
    "logs": "Log lines are not in the database. docs/guides/operations.md lists what they contain.",
}


def export(*, user: Any) -> dict[str, Any]:
    """Return the personal data of a user by section: JSON values, or iterables of JSON values.

    Iterables read the database in batches while they are consumed, so that memory stays constant.
    """
    person = Person.of(saved_user(user))
    sections: dict[str, Any] = {
        "exported": now().isoformat(),
        "account": _account(person.user),
        "groups": _groups(person.user),
        "preferences": map(_preference, _all(person.preferences())),
        "addresses": map(_address, _all(person.addresses())),
        "deliveries": map(_delivery, _all(person.deliveries().select_related("send"))),
        "batches": map(_batch, person.batches()),
        "sessions": _sessions(person),
        "admin_log": _log(person),
        "tasks": _tasks(person),
        "not_stored": NOT_STORED,
    }
    further: Iterable[Any] = exporting.send(sender=get_user_model(), user=person.user)
    for _, more in further:
        sections |= more or {}
    return sections


def _groups(user: Any) -> list[str]:
    groups = user.groups.using(for_write()).order_by("name")
    return list(groups.values_list("name", flat=True))


def _all(rows: Any) -> Iterable[Any]:
    related = rows.select_related("notification") if _has(rows.model, "notification") else rows
    iterator: Iterable[Any] = related.select_related("backend").iterator(BATCH_SIZE)
    return iterator


def _has(model: type[Model], field: str) -> bool:
    return any(each.name == field for each in model._meta.get_fields())


def _account(user: Any) -> dict[str, Any]:
    model = type(user)
    names = [model.USERNAME_FIELD, getattr(model, "EMAIL_FIELD", ""), *ACCOUNT]
    fields = [name for name in dict.fromkeys(names) if name and _has(model, name)]
    return {"key": str(user.pk)} | {name: _json(getattr(user, name)) for name in fields}


def _json(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _times(row: Any) -> dict[str, str]:
    return {"created": row.created.isoformat(), "updated": row.updated.isoformat()}


def _preference(row: UserPrefs) -> dict[str, Any]:
    names = {"notification": row.notification.name, "backend": row.backend.name}
    return {**names, "notify": row.notify, **_times(row)}


def _address(row: Address) -> dict[str, Any]:
    return {
        "backend": row.backend.name,
        "address": _shortened(row.address),
        "secret": f"{row.secret[:4]}…" if row.secret else "",
        **_times(row),
    }


def _shortened(address: str) -> str:
    """Return an address without parts that may be secret: only the beginning of a URL."""
    parts = urlsplit(address)
    if not parts.scheme or not parts.netloc:
        return address
    return f"{parts.scheme}://{(parts.hostname or '') if parts.scheme == 'https' else ''}…"


def _delivery(row: SentNotification) -> dict[str, Any]:
    return {
        "id": row.pk,
        "notification": row.notification.name,
        "backend": row.backend.name,
        "call": row.send.key,
        "context": row.send.context,
        "state": row.state,
        "read": row.read,
        "attempts": row.attempts,
        "due": row.due and row.due.isoformat(),
        "source": row.source,
        "groups": row.groups,
        "error": row.error,
        "message": row.message,
        **_times(row),
    }


def _batch(row: Batch) -> dict[str, Any]:
    return {
        "id": row.pk,
        "notification": row.send.notification.name,
        "backend": row.backend.name,
        "call": row.send.key,
        "context": row.send.context,
        "open": row.due is not None,
    }


def _sessions(person: Person) -> Iterator[Mapping[str, Any]]:
    for _, row in other_apps.sessions(person):
        yield {"key": f"{row.session_key[:4]}…", "expires": row.expire_date.isoformat()}


def _log(person: Person) -> Iterator[Mapping[str, Any]]:
    for relation, rows in {
        "about": other_apps.log_entries(person),
        "by": other_apps.log_entries_by(person),
    }.items():
        for row in rows:
            yield {
                "relation": relation,
                "time": row.action_time.isoformat(),
                "object": row.object_repr,
                "change": row.get_change_message(),
            }


def _tasks(person: Person) -> Iterator[Mapping[str, Any]]:
    batches = {batch.pk for batch in person.batches()}
    for row in other_apps.tasks(person, batches):
        yield {
            "id": str(row.pk),
            "task": row.task_path,
            "arguments": row.args_kwargs,
            "traceback": row.traceback,
        }
