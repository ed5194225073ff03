"""Dead letters are chosen and retried."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils.timezone import localtime, now

from notifications.delivery import retry
from notifications.errors import DeliveryFailed
from notifications.models import Notification, SentNotification, State
from tests.conftest import make_user
from tests.notifications.conftest import ON, make_notification
from tests.notifications.delivery.conftest import Call
from tests.notifications.delivery.fake_backends import Carrier, carried
from tests.notifications.delivery.test_commands import run as run  # noqa: PLC0414 - a fixture


def refuse(user: Any) -> None:
    raise DeliveryFailed("no", permanent=True)


@pytest.fixture
def dead(declined: Notification, alice: Any, bob: Any, send: Call) -> None:
    """Four dead letters by carrier, two of each notification; alice's are two days old."""
    make_notification("other", carrier=ON)
    Carrier.obstacle = refuse
    send("card-declined", [alice, bob])
    send("other", [alice, bob])
    Carrier.obstacle = None
    rows = SentNotification.objects.filter(state=State.FAILED)
    rows.filter(user=alice).update(updated=now() - timedelta(days=2))


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["--all"], 4),
        (["--backend", "carrier"], 4),
        (["--backend", "record"], 0),
        (["--backend", "record", "--backend", "carrier"], 4),
        (["--notification", "other"], 2),
        (["--notification", "other", "--notification", "card-declined"], 4),
        (["--since", "1d"], 2),
        (["--until", "24h"], 2),
        (["--since", "90m", "--until", "30m"], 0),
        (["--since", "3d", "--until", "1d", "--notification", "other"], 1),
        (["--since", "2020-01-01"], 4),
        (["--until", "2020-01-01T10:00"], 0),
        (["--since", "2020-01-01 10:00:30+01:00"], 4),
    ],
)
def test_dead_letters_are_chosen_by_filters(
    dead: None, run: Callable[..., str], words: list[str], count: int
) -> None:
    printed = run("retry_deliveries", *words)
    assert printed.splitlines()[-1] == f"Dead letters queued again: {count}."
    assert len(carried()) == count
    assert SentNotification.objects.filter(state=State.FAILED).count() == 4 - count


def test_times_are_in_the_time_zone_of_the_project(dead: None, run: Callable[..., str]) -> None:
    an_hour_ago = localtime(now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert "again: 2." in run("retry_deliveries", "--since", an_hour_ago)


def test_a_dry_run_changes_nothing(dead: None, run: Callable[..., str]) -> None:
    before = list(SentNotification.objects.values())
    assert run("retry_deliveries", "--backend", "carrier", "--dry-run").splitlines() == [
        "           2 card-declined by carrier",
        "           2 other by carrier",
        "Nothing was changed: this was a dry run.",
    ]
    assert list(SentNotification.objects.values()) == before


def test_other_deliveries_are_not_retried(
    declined: Notification, alice: Any, send: Call, run: Callable[..., str]
) -> None:
    send("card-declined", alice)
    assert "again: 0." in run("retry_deliveries", "--all")
    assert carried() == [alice]


def test_each_is_decided_again(dead: None, bob: Any, run: Callable[..., str]) -> None:
    bob.is_active = False
    bob.save()
    run("retry_deliveries", "--all")
    assert len(carried()) == 2
    rows = SentNotification.objects.filter(user=bob, backend__name="carrier")
    assert {row.state for row in rows} == {State.WITHHELD}


def test_many_are_revived_in_small_transactions(
    declined: Notification, send: Call, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Carrier.obstacle = refuse
    send("card-declined", [make_user(f"user-{index}") for index in range(5)])
    monkeypatch.setattr(retry, "CHUNK", 2)
    assert "again: 5." in run("retry_deliveries", "--all")
    assert len(Carrier.tried) == 10


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "Allowed: --all, or filters: --backend, --notification, --since, --until."),
        (["--all", "--backend", "carrier"], "Allowed: --all, or filters"),
        (["--backend", "carier"], "There is no backend named 'carier'. Allowed: carrier, "),
        (["--notification", "x"], "There is no notification named 'x'. Allowed: "),
        (["--since", "soon"], "--since is 'soon'. Allowed: 2026-01-31, "),
        (["--since", "-5d"], "expected one argument"),
        (["--until", "2026-02-30"], "--until is '2026-02-30'. Allowed: "),
        (["--until", "999999d"], "--until is '999999d'. Allowed: "),
        (["--until", ""], "Allowed: --all, or filters"),
    ],
)
def test_mistakes_are_refused(
    dead: None, run: Callable[..., str], words: list[str], problem: str
) -> None:
    with pytest.raises(CommandError) as refused:
        run("retry_deliveries", *words)
    assert problem in str(refused.value)
    assert SentNotification.objects.filter(state=State.FAILED).count() == 4
