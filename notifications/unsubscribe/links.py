"""Signed links that turn off notifications of a user, without a sign-in. They never turn any on."""

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

SALT = "notifications.unsubscribing"  # of all links that were ever sent


@dataclass(frozen=True, slots=True)
class Offer:
    """The cells of the user with the key `user` that a link can turn off.

    `notification` and `backend` are those that the link was signed for; `required` is true if that
    cell cannot be turned off. `other_backends` are the other backends of the notification.
    `category` has the public notifications of the same category that the backend delivers. Neither
    has required cells.
    """

    user: Any
    notification: NotificationEntry
    backend: BackendEntry
    required: bool
    other_backends: tuple[BackendEntry, ...]
    category: tuple[NotificationEntry, ...]


def token(*, user: Any, notification: Any, backend: Any) -> str:
    """Return the signed token of a link that turns off one cell of a user.

    `user` and `notification` are rows or their primary keys, `backend` is a row or its name.
    """
    content = [
        str(key_of(user, get_user_model())),
        key_of(notification, Notification),
        name_of(backend),
    ]
    return _signer().sign_object(content, serializer=_Serializer)


def offer(token: str) -> Offer:
    """Return the cells that a link can turn off. Raises UnknownLink for every invalid token."""
    user, notification, name = _read(token)
    configuration = configured.load()
    public = configuration.public
    known = {entry.id for entry in configuration.notifications}
    current = notification if notification in known else _successor(notification)
    entry = next((entry for entry in public if entry.id == current), None)
    cells = (cell for entry in configuration.notifications for cell in entry.cells)
    backend = next((cell.backend for cell in cells if cell.backend.name == name), None)
    if not entry or not backend:
        raise UnknownLink
    # A cell that was removed can be turned off, too, in case it is added again.
    required = any(cell.required for cell in entry.cells if cell.backend == backend)
    others = tuple(cell.backend for cell in entry.cells if _is_optional(cell, besides=backend))
    category = tuple(
        each
        for each in public
        if each.raw_category == entry.raw_category and _delivers(each, backend)
    )
    return Offer(user, entry, backend, required, others, category)


def unsubscribe(
    *, token: str, cell: bool = True, backends: Collection[str] = (), category: bool = False
) -> Offer:
    """Turn off cells that a link offers, and return the offer.

    `cell` stands for the cell of the link, `backends` are names of the notification's other
    backends, and `category` stands for the category by the backend of the link. Required cells stay
    on. No permission is needed: a user who lost one can still unsubscribe. Raises UnknownLink.
    """
    try:
        with writing():
            offered = offer(token)
            notification, chosen = offered.notification, names(backends)
            cells: set[Key] = {
                (notification.id, other.id)
                for other in offered.other_backends
                if other.name in chosen
            }
            if cell and not offered.required:
                cells.add((notification.id, offered.backend.id))
            if category:
                cells.update((each.id, offered.backend.id) for each in offered.category)
            values = dict.fromkeys(sorted(cells), False)
            UserPrefs.objects.all().write(subject=offered.user, values=values)
    except IntegrityError:  # the user or a row of the catalogue was deleted concurrently
        raise UnknownLink from None
    return offered


class _Serializer:
    """Compact JSON: the token must fit into a mail header."""

    def dumps(self, obj: Any) -> bytes:
        return json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


def _signer() -> TimestampSigner:
    """Return the signer. With UNSUBSCRIBE_KEYS, links can be revoked without signing users out."""
    if keys := conf.message_settings().unsubscribe_keys:
        return TimestampSigner(key=keys[0], fallback_keys=[*keys[1:]], salt=SALT, sep=".")
    return TimestampSigner(salt=SALT, sep=".")


def _read(token: str) -> tuple[Any, int, str]:
    """Return the key of an existing user, the key of a notification and the name of a backend."""
    max_age = conf.message_settings().unsubscribe_max_age
    users = get_user_model()
    try:
        content = _signer().unsign_object(token, serializer=_Serializer, max_age=max_age)
        user, notification, backend = content
        key = users._meta.pk.to_python(user)
    except (BadSignature, ValidationError):
        raise UnknownLink from None
    if not users._base_manager.using(for_read()).filter(pk=key).exists():
        raise UnknownLink
    return key, notification, backend


def _successor(notification: int) -> int | None:
    """Return the key of the notification that one with this key was merged into."""
    merged = Notification.objects.exclude(former=[]).values_list("pk", "former")
    return next((key for key, former in merged if notification in former), None)


def _is_optional(cell: CellEntry, *, besides: BackendEntry) -> bool:
    return cell.backend.enabled and not cell.required and cell.backend != besides


def _delivers(entry: NotificationEntry, backend: BackendEntry) -> bool:
    return any(cell.backend == backend and not cell.required for cell in entry.cells)
