"""What exists: users, groups, backends and notifications."""

from typing import Any

import strawberry
from strawberry import ID

from notifications.caches import Cache
from notifications.configuration.entries import BackendEntry, NotificationEntry
from notifications.texts import active_language, in_language
from schema.execution.sharing import Shareable
from schema.fields import Node, described
from schema.ids import global_id


@strawberry.type(description="A way to deliver notifications.")
class Backend(Shareable, Node):
    shared = True

    name: str = described("The unique name of the backend.")
    display_name: str = described("What to call it before people.")
    description: str = described("What it does, for people; may be empty.")

    @classmethod
    def of(cls, entry: BackendEntry) -> "Backend":
        return _backend(entry, active_language())


_known: Cache[tuple[Any, str | None], Any] = Cache(
    "catalogue", share=0.02, weigh=lambda _key, known: 1_500 + 2 * len(known.description)
)
"""Backends and notifications by entry of the configuration and language."""


def _backend(entry: BackendEntry, language: str | None) -> Backend:
    key = (entry, language)
    found: Backend | None = _known.get(key)
    return _known.put(key, _made_backend(*key)) if found is None else found


def _made_backend(entry: BackendEntry, language: str | None) -> Backend:
    with in_language(language):
        return Backend(
            id=ID(global_id("Backend", entry.id)),
            name=entry.name,
            display_name=entry.display_name,
            description=entry.description,
        )


@strawberry.type(description="A kind of message that can be sent.")
class Notification(Shareable, Node):
    shared = True

    name: str = described("The unique name of the notification.")
    display_name: str = described("What to call it before people.")
    description: str = described("What it tells, for people; may be empty.")
    category: str = described("The heading that it belongs under; may be empty.")
    backends: list[Backend] = described(
        "The enabled backends that may deliver it, in catalogue order."
    )
    permissions: list[str] = described(
        "What a user must hold to see and set it, as app_label.codename."
    )

    @classmethod
    def of(cls, entry: NotificationEntry) -> "Notification":
        return _notification(entry, active_language())


def _notification(entry: NotificationEntry, language: str | None) -> Notification:
    key = (entry, language)
    found: Notification | None = _known.get(key)
    return _known.put(key, _made_notification(*key)) if found is None else found


def _made_notification(entry: NotificationEntry, language: str | None) -> Notification:
    with in_language(language):
        return Notification(
            id=ID(global_id("Notification", entry.id)),
            name=entry.name,
            display_name=entry.display_name,
            description=entry.description,
            category=entry.category,
            backends=[_backend(backend, language) for backend in entry.backends],
            permissions=sorted(entry.permissions.values()),
        )
