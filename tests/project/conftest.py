import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from project import settings as deployment


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution, built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture
def demo(db: None, settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    """The demo, loaded and sent as `make run` does."""
    settings.DEBUG = True
    settings.NOTIFICATION_BACKENDS = deployment.NOTIFICATION_BACKENDS
    with django_capture_on_commit_callbacks(execute=True):
        call_command("demo", stdout=StringIO())
