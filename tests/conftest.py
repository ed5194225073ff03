"""Fixtures of all tests: alice (member), bob (manager of a group), charlie (outsider), the demo."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connections

from project import settings as deployment
from project.models import GroupManager
from tests.routers import REPLICA, ROUTERS


def make_user(name: str, **fields: Any) -> Any:
    """Create a user of the project's model, who signs in with `name`."""
    model = get_user_model()
    user = model._default_manager.create(**{model.USERNAME_FIELD: name}, **fields)
    user.set_password("password")
    user.save(update_fields=["password"])
    return user


@pytest.fixture
def people() -> Callable[..., Any]:
    return make_user


@pytest.fixture
def reviewers(db: None) -> Group:
    return Group.objects.create(name="reviewers")


@pytest.fixture
def alice(reviewers: Group) -> Any:
    user = make_user("alice")
    user.groups.add(reviewers)
    return user


@pytest.fixture
def bob(reviewers: Group) -> Any:
    user = make_user("bob")
    GroupManager.objects.create(group=reviewers, user=user)
    return user


@pytest.fixture
def charlie(db: None) -> Any:
    return make_user("charlie")


@pytest.fixture
def admin(db: None) -> Any:
    return make_user("admin", is_staff=True, is_superuser=True)


@pytest.fixture(params=ROUTERS)
def replica(db: None, settings: Any, request: Any) -> Iterator[None]:
    """A second alias that reads are routed to. Django lets no test connect to it."""
    alone = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "OPTIONS": {}}
    connections.settings[REPLICA] = {**connections.settings["default"], **alone}
    settings.DATABASE_ROUTERS = [request.param]
    assert connections[REPLICA].alias == REPLICA
    yield
    del connections.settings[REPLICA]
    del connections[REPLICA]


@pytest.fixture
def demo(db: None, settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    """The demo, loaded and sent as `make run` does."""
    settings.DEBUG = True
    settings.NOTIFICATION_BACKENDS = deployment.NOTIFICATION_BACKENDS
    with django_capture_on_commit_callbacks(execute=True):
        call_command("demo", stdout=StringIO())


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution, built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=Path(__file__).parents[1], check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return path
