from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from notifications import catalogue
from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec


@pytest.fixture
def desk(client: Client, admin: Any) -> Client:
    """An administrator's browser."""
    client.force_login(admin)
    return client


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make code declare these notifications and backends."""

    def declare(*specs: Any) -> None:
        backends = tuple(spec for spec in specs if isinstance(spec, BackendSpec))
        notifications = tuple(spec for spec in specs if isinstance(spec, NotificationSpec))
        monkeypatch.setattr(catalogue, "declared", lambda: Catalogue(backends, notifications))

    return declare
