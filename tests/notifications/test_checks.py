from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from notifications.backends import BaseBackend
from notifications.checks import check_settings, check_sqlite

HERE = "tests.notifications.test_checks"


class Good(BaseBackend):
    name = "good"

    def send(self, user: Any, context: Any = None) -> bool:
        return True


class Nameless(Good):
    name = ""


class Numbered(Good):
    display_name = 7  # type: ignore[assignment]


class Idle(BaseBackend):
    name = "idle"


def test_good_settings_pass(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").touch()
    settings.NOTIFICATION_BACKENDS = [f"{HERE}.Good"]
    settings.NOTIFICATION_CATALOGUES = [tmp_path / "catalogue.toml"]
    assert check_settings() == []


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("no.such.Backend", "No module named 'no'"),
        (f"{HERE}.Missing", 'does not define a "Missing"'),
        (f"{HERE}.Nameless", "needs a name"),
        (f"{HERE}.Numbered", "display_name must be a text"),
        (f"{HERE}.Idle", "needs a method send(user, context)"),
    ],
)
def test_a_backend_that_cannot_be_used_is_an_error(settings: Any, path: str, what: str) -> None:
    settings.NOTIFICATION_BACKENDS = [f"{HERE}.Good", path]
    [error] = check_settings()
    assert error.id == "notifications.E001"
    assert path in error.msg
    assert what in error.msg
    assert error.hint


def test_a_catalogue_that_is_no_file_is_an_error(settings: Any) -> None:
    settings.NOTIFICATION_CATALOGUES = ["nowhere.toml"]
    [error] = check_settings()
    assert error.id == "notifications.E002"
    assert "'nowhere.toml'" in error.msg


def test_deferred_transactions_are_warned_of_where_they_hurt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert check_sqlite(databases=["default"]) == []
    assert check_sqlite(databases=None) == []
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", None)
    found = [warning.id for warning in check_sqlite(databases=["default"])]
    assert found == (["notifications.W001"] if connection.vendor == "sqlite" else [])
