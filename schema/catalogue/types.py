"""Backends and notifications as GraphQL types, cached for all users."""

from typing import Any

import strawberry
from strawberry import ID

from notifications.caches import Cache
from notifications.configuration.entries import BackendEntry, NotificationEntry
from notifications.texts import active_language, in_language
from schema.execution.sharing import Shareable
from schema.fields import Node, described
from schema.ids import global_id


@strawberry.type(description="Channel that delivers notifications, such as e-mail.")
class Backend(Shareable, Node):
    shared = True

    name: str = described("Unique name of the backend.")
    display_name: str = described("Name for people, in the viewer's language.")
    description: str = described("Description for people. May be empty.")

    @classmethod
    def of(cls, entry: BackendEntry) -> "Backend":
        return _backend(entry, active_language())


_cache: Cache[tuple[Any, str | None], Any] = Cache(
    "catalogue", share=0.02, weigh=lambda _key, known: 1_500 + 2 * len(known.description)
)
"""Backends and notifications, by entry of the configuration and language."""


def _backend(entry: BackendEntry, language: str | None) -> Backend:
    key = (entry, language)
    found: Backend | None = _cache.get(key)
    return _cache.put(key, _create_backend(*key)) if found is None else found


def _create_backend(entry: BackendEntry, language: str | None) -> Backend:
    with in_language(language):
        return Backend(
            id=ID(global_id("Backend", entry.id)),
            name=entry.name,
            display_name=entry.display_name,
            description=entry.description,
        )


@strawberry.type(description="Kind of message that can be sent.")
class Notification(Shareable, Node):
    shared = True

    name: str = described("Unique name of the notification.")
    display_name: str = described("Name for people, in the viewer's language.")
    description: str = described("Description for people. May be empty.")
    category: str = described("Category, a heading for people. May be empty.")
    backends: list[Backend] = described(
        "Enabled backends that can deliver it, in the order of the catalogue."
    )
    permissions: list[str] = described(
        "Permissions that a user needs to see and set it, all of them, as `app_label.codename`."
    )

    @classmethod
    def of(cls, entry: NotificationEntry) -> "Notification":
        return _notification(entry, active_language())


def _notification(entry: NotificationEntry, language: str | None) -> Notification:
    key = (entry, language)
    found: Notification | None = _cache.get(key)
    return _cache.put(key, _create_notification(*key)) if found is None else found


def _create_notification(entry: NotificationEntry, language: str | None) -> Notification:
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
