from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from project import settings as deployment


@pytest.fixture
def demo(db: None, settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    """The demo, loaded and sent as `make run` does."""
    settings.DEBUG = True
    settings.NOTIFICATION_BACKENDS = deployment.NOTIFICATION_BACKENDS
    with django_capture_on_commit_callbacks(execute=True):
        call_command("demo", stdout=StringIO())
