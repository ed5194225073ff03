from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from notifications import catalogue
from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec


@pytest.fixture
def admin_client(client: Client, admin: Any) -> Client:
    """Client of an administrator."""
    client.force_login(admin)
    return client


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that declares notifications and backends in code."""

    def declare(*specs: Any) -> None:
        backends = tuple(spec for spec in specs if isinstance(spec, BackendSpec))
        notifications = tuple(spec for spec in specs if isinstance(spec, NotificationSpec))
        monkeypatch.setattr(catalogue, "declared", lambda: Catalogue(backends, notifications))

    return declare
