import sys
from types import ModuleType
from typing import Any

import pytest
from django.conf import LazySettings

from notifications.backends import BaseBackend


class SmsBackend(BaseBackend):
    name = "sms"

    def send(self, user: Any, context: Any = None) -> None:
        super().send(user, context)


class PagerBackend(SmsBackend):
    name = "pager"


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    """The backends of the imported rows, listed in the settings."""
    module: Any = ModuleType("shop")
    module.SmsBackend, module.PagerBackend = SmsBackend, PagerBackend
    monkeypatch.setitem(sys.modules, "shop", module)
    settings.NOTIFICATION_BACKENDS = [
        "notifications.backends.EmailBackend",
        "shop.SmsBackend",
        "shop.PagerBackend",
    ]
