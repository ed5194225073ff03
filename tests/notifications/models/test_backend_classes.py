"""Classes of backends that are missing, moved, or no longer in the setting."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from notifications import conf
from notifications.backends import AddressedBackend, InboxBackend
from notifications.catalogue import declared, sync
from notifications.catalogue.specs import backends_in_settings
from notifications.checks.backends import check_backends, check_rows
from notifications.checks.settings import check_settings
from notifications.errors import InvalidAddress, InvalidPreferences
from notifications.inbox import reads
from notifications.models import Backend, SentNotification, State
from notifications.preferences import read, update
from notifications.preferences.validation import Preference
from notifications.shortcuts import create_notification, send_notification, set_address

HERE = "tests.notifications.models.test_backend_classes"
GONE = "no.such.module.Post"
NO_CLASS = ["os.path", "os.path.join", f"{HERE}.Sendless"]


class Post(AddressedBackend):
    name = "post"

    @classmethod
    def clean_address(cls, address: str) -> str:
        return address

    def send(self, user: Any, context: Any = None) -> None:
        super().send(user, context)


class Pigeon(Post):
    name = "pigeon"


class Box(InboxBackend):
    pass


class Sendless:
    name = "post"


@pytest.fixture
def broken() -> Iterator[str]:
    """Return the path of a class whose module raises another error than ImportError."""
    name = "tests.notifications.broken"
    sys.meta_path.insert(0, Breaking())
    yield f"{name}.Post"
    sys.meta_path.pop(0)


class Breaking:
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name == "tests.notifications.broken":
            raise RuntimeError("a library is broken")


@pytest.fixture
def listed(db: None, settings: Any) -> Any:
    """Two backends and an inbox from the setting, and a notification with all three."""
    settings.NOTIFICATION_BACKENDS = [f"{HERE}.Post", f"{HERE}.Pigeon", f"{HERE}.Box"]
    sync(declared())
    create_notification("news").cells.update(default=True)
    return settings


def columns(user: Any) -> list[str]:
    [matrix] = read(users=[user])
    return [backend.name for backend in matrix.backends]


@pytest.fixture
def deliver(django_capture_on_commit_callbacks: Any) -> Any:
    def call(user: Any) -> dict[str, tuple[str, str]]:
        with django_capture_on_commit_callbacks(execute=True):
            send_notification("news", user)
        rows = SentNotification.objects.all()
        return {row.backend.name: (row.state, row.message) for row in rows}

    return call


def test_missing_class_disables_only_its_backend(
    listed: Any, alice: Any, broken: str, deliver: Any
) -> None:
    assert columns(alice) == ["post", "pigeon", "inbox"]
    for path in (GONE, *NO_CLASS, broken):
        Backend.objects.filter(name="post").update(klass=path)
        listed.NOTIFICATION_BACKENDS = [path, f"{HERE}.Pigeon", f"{HERE}.Box"]
        assert columns(alice) == ["pigeon", "inbox"]
        with pytest.raises(InvalidPreferences):
            update(user=alice, preferences=[Preference("news", "post", notify=True)])
        assert set_address(alice, "pigeon", "roof").address == "roof"
        with pytest.raises(InvalidAddress, match=r"The class .* of the backend 'post' cannot be"):
            set_address(alice, "post", "street")
    states = deliver(alice)
    assert states["pigeon"] == states["inbox"] == (State.SENT, "")
    assert states["post"] == (State.PENDING, "a library is broken")


@pytest.mark.parametrize("path", [GONE, *NO_CLASS])
def test_inbox_entries_outlive_the_class_of_the_backend(
    listed: Any, alice: Any, deliver: Any, path: str
) -> None:
    deliver(alice)
    listed.NOTIFICATION_BACKENDS = [f"{HERE}.Post", path]
    Backend.objects.filter(name="inbox").update(klass=path)
    [entry] = reads.read(user=alice, first=10).items
    assert entry.title() == "news"
    listed.NOTIFICATION_BACKENDS = [f"{HERE}.Post"]
    [entry] = reads.read(user=alice, first=10).items
    assert (entry.title(), entry.text()) == ("news", "")


def test_backend_removed_from_the_setting_delivers_nothing(
    listed: Any, alice: Any, deliver: Any
) -> None:
    assert columns(alice) == ["post", "pigeon", "inbox"]
    listed.NOTIFICATION_BACKENDS = [f"{HERE}.Pigeon"]
    assert columns(alice) == ["pigeon"]
    reason = "The backend '{}' is no longer in NOTIFICATION_BACKENDS, and delivers nothing."
    assert deliver(alice) == {
        "post": (State.FAILED, reason.format("post")),
        "inbox": (State.FAILED, reason.format("inbox")),
        "pigeon": (State.SENT, ""),
    }
    found = check_rows(databases=["default"])
    assert [(warning.id, warning.msg) for warning in found] == [
        ("notifications.W007", reason.format("post")),
        ("notifications.W007", reason.format("inbox")),
    ]
    assert check_rows(databases=None) == []
    Backend.objects.exclude(name="pigeon").update(enabled=False)
    assert check_rows(databases=["default"]) == []


def test_backend_can_be_added_to_the_setting_again(listed: Any, alice: Any, deliver: Any) -> None:
    listed.NOTIFICATION_BACKENDS = []
    sync(declared())
    listed.NOTIFICATION_BACKENDS = [f"{HERE}.Post", f"{HERE}.Pigeon", f"{HERE}.Box"]
    assert {state for state, _ in deliver(alice).values()} == {State.SENT}


def test_class_can_move_before_the_next_migrate(listed: Any, alice: Any, deliver: Any) -> None:
    module = ModuleType("tests.notifications.moved")
    module.Post = Post  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    listed.NOTIFICATION_BACKENDS = [
        GONE,
        f"{module.__name__}.Post",
        f"{HERE}.Pigeon",
        f"{HERE}.Box",
    ]
    assert {state for state, _ in deliver(alice).values()} == {State.SENT}
    del sys.modules[module.__name__]


def test_backend_from_the_database_needs_no_setting(listed: Any, alice: Any, deliver: Any) -> None:
    Backend.objects.update(listed=False)
    listed.NOTIFICATION_BACKENDS = []
    assert {state for state, _ in deliver(alice).values()} == {State.SENT}


def test_admin_marks_an_unusable_backend(listed: Any, admin: Any) -> None:
    Backend.objects.filter(name="post").update(klass="<b>.Post")
    listed.NOTIFICATION_BACKENDS = ["<b>.Post", f"{HERE}.Pigeon"]
    client = Client()
    client.force_login(admin)
    page = client.get(reverse("admin:notifications_backend_changelist")).content.decode()
    assert page.count('icon-no.svg" alt="False"') == 2
    key = Backend.objects.get(name="post").pk
    form = client.get(reverse("admin:notifications_backend_change", args=[key])).content.decode()
    assert "The class &#x27;&lt;b&gt;.Post&#x27; of the backend" in form


@pytest.mark.parametrize(
    ("ours", "theirs", "paths", "found"),
    [
        (None, None, conf.DEFAULT_BACKENDS, []),
        (None, [f"{HERE}.Post"], (f"{HERE}.Post",), []),
        ([f"{HERE}.Pigeon"], None, (f"{HERE}.Pigeon",), []),
        ([f"{HERE}.Pigeon"], [f"{HERE}.Post"], (f"{HERE}.Pigeon",), ["notifications.W005"]),
        ([], [f"{HERE}.Post"], (), ["notifications.W005", "notifications.W006"]),
        ([], None, (), ["notifications.W006"]),
        (None, (), (), ["notifications.W006"]),
        (f"{HERE}.Pigeon", None, (f"{HERE}.Pigeon",), []),
    ],
)
def test_the_setting_has_two_names_and_a_default(
    settings: Any, ours: Any, theirs: Any, paths: Any, found: list[str]
) -> None:
    for name, value in ((conf.BACKENDS, ours), (conf.NOTIFIER_BACKENDS, theirs)):
        if value is not None:
            setattr(settings, name, value)
        elif hasattr(settings, name):
            delattr(settings, name)
    assert conf.backend_paths() == paths
    assert tuple(spec.klass for spec in backends_in_settings()) == paths
    assert [warning.id for warning in check_backends()] == found


def test_mistakes_name_the_active_setting(settings: Any) -> None:
    del settings.NOTIFICATION_BACKENDS
    settings.NOTIFIER_BACKENDS = [GONE]
    [error] = check_settings()
    assert error.msg.startswith(f"NOTIFIER_BACKENDS, '{GONE}': ")


def test_catalogue_file_can_declare_backends(settings: Any, tmp_path: Any) -> None:
    file = tmp_path / "catalogue.toml"
    settings.NOTIFICATION_CATALOGUES = [file]
    for text, found in (("", 1), ('[[backend]]\nname = "fax"', 0), ("wrong", 0)):
        file.write_text(text)
        assert len(check_backends()) == found


def test_checks_pass_before_the_first_migrate(transactional_db: None) -> None:
    call_command("migrate", "notifications", "zero", verbosity=0)
    try:
        assert check_rows(databases=["default"]) == []
    finally:
        call_command("migrate", verbosity=0)
