"""Switching off by a signed link, which needs nobody to be signed in. Nothing here switches on."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.db import IntegrityError

from notifications import conf
from notifications.arguments import key_of, name_of, names
from notifications.configuration import entries as configured
from notifications.configuration.entries import BackendEntry, CellEntry, NotificationEntry
from notifications.database.routing import for_read, writing
from notifications.errors import UnknownLink
from notifications.models import Notification, UserPrefs
from notifications.models.querysets import Key

SALT = "notifications.unsubscribing"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link can switch off, for the user with the key `user`.

    `required`: the cell of the link cannot be switched off. `others` are the other backends of the
    notification, and `kind` all that belong to its category and its backend: public, and not
    required.
    """

    user: Any
    notification: NotificationEntry
    backend: BackendEntry
    required: bool
    others: tuple[BackendEntry, ...]
    kind: tuple[NotificationEntry, ...]


def token(*, user: Any, notification: Any, backend: Any) -> str:
    """Return the signed token of a link that switches off one cell of a user.

    `user` and `notification` are rows or their primary keys, `backend` is a row or its name.
    """
    named = [
        str(key_of(user, get_user_model())),
        key_of(notification, Notification),
        name_of(backend),
    ]
    return _signer().sign_object(named, serializer=_Serializer)


def offer(token: str) -> Offer:
    """Return what the link can switch off. Raises UnknownLink, whatever may be wrong with it."""
    user, notification, name = _named(token)
    configuration = configured.load()
    public = configuration.public
    known = {entry.id for entry in configuration.notifications}
    current = notification if notification in known else _successor(notification)
    entry = next((entry for entry in public if entry.id == current), None)
    cells = (cell for entry in configuration.notifications for cell in entry.cells)
    backend = next((cell.backend for cell in cells if cell.backend.name == name), None)
    if not entry or not backend:
        raise UnknownLink
    return Offer(
        user,
        entry,
        backend,
        # A cell that is not there now may come back, and finds the no then.
        any(cell.required for cell in entry.cells if cell.backend == backend),
        tuple(cell.backend for cell in entry.cells if _is_optional(cell, besides=backend)),
        tuple(each for each in public if each.heading == entry.heading and _by(each, backend)),
    )


def unsubscribe(
    *, token: str, this: bool = True, others: Collection[str] = (), kind: bool = False
) -> Offer:
    """Write a no for cells that the link offers, and return that offer.

    `this` is the cell of the link, `others` name backends, `kind` is all of the kind. What is
    required stays. No permission is asked for: whoever lost one can still say no. Raises
    UnknownLink.
    """
    try:
        with writing():
            offered = offer(token)
            about, named = offered.notification, names(others)
            cells: set[Key] = {
                (about.id, other.id) for other in offered.others if other.name in named
            }
            if this and not offered.required:
                cells.add((about.id, offered.backend.id))
            if kind:
                cells.update((each.id, offered.backend.id) for each in offered.kind)
            values = dict.fromkeys(sorted(cells), False)
            UserPrefs.objects.all().write(subject=offered.user, values=values)
    except IntegrityError:  # the user, or a row of the catalogue, has gone in this moment
        raise UnknownLink from None
    return offered


class _Serializer:
    """JSON that keeps names short, for a header has an end."""

    def dumps(self, obj: Any) -> bytes:
        return json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


def _signer() -> TimestampSigner:
    """With keys of its own, links can be revoked and nobody is signed out."""
    if keys := conf.message_settings().unsubscribe_keys:
        return TimestampSigner(key=keys[0], fallback_keys=[*keys[1:]], salt=SALT, sep=".")
    return TimestampSigner(salt=SALT, sep=".")


def _named(token: str) -> tuple[Any, int, str]:
    """Return the key of a user who is there, the key of a notification, the name of a backend."""
    max_age = conf.message_settings().unsubscribe_max_age
    people = get_user_model()
    try:
        named = _signer().unsign_object(token, serializer=_Serializer, max_age=max_age)
        user, notification, backend = named
        key = people._meta.pk.to_python(user)
    except (BadSignature, ValidationError):
        raise UnknownLink from None
    if not people._base_manager.using(for_read()).filter(pk=key).exists():
        raise UnknownLink
    return key, notification, backend


def _successor(notification: int) -> int | None:
    """Return the key of the notification that one with this key was merged into."""
    merged = Notification.objects.exclude(former=[]).values_list("pk", "former")
    return next((key for key, former in merged if notification in former), None)


def _is_optional(cell: CellEntry, *, besides: BackendEntry) -> bool:
    return cell.backend.enabled and not cell.required and cell.backend != besides


def _by(entry: NotificationEntry, backend: BackendEntry) -> bool:
    return any(cell.backend == backend and not cell.required for cell in entry.cells)
