"""An export contains the personal data of one user as JSON, and no data of others."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Address
from project.models import GroupManager
from tests.notifications.delivery.test_commands import run as run  # noqa: PLC0414 - a fixture
from tests.notifications.privacy.conftest import MARKER


def exported(run: Callable[..., str], *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("export_user", MARKER, *words))
    return found


def test_an_export_contains_all_sections(traces: Any, run: Callable[..., str]) -> None:
    found = exported(run)
    assert found["account"][traces.USERNAME_FIELD] == MARKER
    assert found["account"].get("email") in {None, f"{MARKER}@example.org"}
    assert found["groups"] == ["reviewers"]
    [preference] = found["preferences"]
    assert (preference["notification"], preference["backend"]) == ("wave", "sms")
    assert preference["notify"] is False
    contexts = {delivery["context"]["text"] for delivery in found["deliveries"]}
    assert contexts == {f"Dear {MARKER}", "Dear all", f"To {MARKER}"}
    assert f"Later, {MARKER}" in {batch["context"]["text"] for batch in found["batches"]}
    assert f"{MARKER}-1" in {batch["call"] for batch in found["batches"]}
    assert len(found["sessions"]) == 1
    assert sorted(entry["relation"] for entry in found["admin_log"]) == ["about", "about", "by"]
    assert len(found["tasks"]) == 2
    assert "not stored" in found["not_stored"]["unsubscribe_links"]
    assert found["managed_groups"] == []


def test_an_export_contains_managed_groups(
    zerlina: Any, reviewers: Any, run: Callable[..., str]
) -> None:
    GroupManager.objects.create(group=reviewers, user=zerlina)
    assert exported(run)["managed_groups"] == ["reviewers"]


@pytest.mark.parametrize(
    ("address", "exported_address"),
    [
        ("https://hooks.example.org/T0/secret", "https://hooks.example.org…"),
        ("tgram://12345:token/chat", "tgram://…"),
        ("+49 30 1234", "+49 30 1234"),
        ("zerlina@example.org", "zerlina@example.org"),
    ],
)
def test_secrets_are_shortened(
    traces: Any, run: Callable[..., str], address: str, exported_address: str
) -> None:
    Address.objects.update(address=address, secret="whsec_MfKQ9r8GKYqrTwjU")
    [found] = exported(run)["addresses"]
    assert (found["address"], found["secret"]) == (exported_address, "whse…")


def test_passwords_and_sessions_are_not_exported(traces: Any, run: Callable[..., str]) -> None:
    printed = run("export_user", MARKER)
    assert traces.password not in printed
    assert "_auth_user_hash" not in printed


def test_data_of_other_users_is_not_exported(
    traces: Any, bob: Any, run: Callable[..., str]
) -> None:
    found = exported(run)
    del found["admin_log"]
    assert "bob" not in json.dumps(found)


def test_an_export_only_reads(traces: Any, run: Callable[..., str]) -> None:
    with CaptureQueriesContext(connection) as captured:
        run("export_user", MARKER)
    assert not [q["sql"] for q in captured if not q["sql"].startswith(("SELECT", "DECLARE", "--"))]


def test_a_user_without_data_can_be_exported(zerlina: Any, run: Callable[..., str]) -> None:
    found = exported(run)
    assert found["deliveries"] == found["addresses"] == found["batches"] == []


def test_only_the_owner_can_read_the_file(
    traces: Any, run: Callable[..., str], tmp_path: Path
) -> None:
    file = tmp_path / "zerlina.json"
    assert run("export_user", MARKER, "--output", str(file)).startswith("Wrote ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["account"][traces.USERNAME_FIELD] == MARKER


@pytest.mark.parametrize(
    ("name", "problem"),
    [("there", "there exists. Allowed: a new file."), ("no/folder", "No such file or directory")],
)
def test_a_file_that_cannot_be_written_is_an_error(
    zerlina: Any, run: Callable[..., str], tmp_path: Path, name: str, problem: str
) -> None:
    (tmp_path / "there").write_text("as it was")
    with pytest.raises(CommandError, match=problem):
        run("export_user", MARKER, "--output", str(tmp_path / name))
    assert (tmp_path / "there").read_text() == "as it was"


def test_an_unknown_user_is_an_error(db: None, run: Callable[..., str]) -> None:
    with pytest.raises(CommandError, match=r"There is no user with the \w+ 'nobody'\."):
        run("export_user", "nobody")
