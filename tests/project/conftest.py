from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command


@pytest.fixture
def demo(db: None, settings: Any) -> None:
    """The demo, loaded as `make run` does."""
    settings.DEBUG = True
    call_command("demo", stdout=StringIO())
