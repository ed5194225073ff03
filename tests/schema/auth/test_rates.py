"""Rates of mutations by account and by address."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from schema.auth import rates
from tests.schema.conftest import Graphql, preference, stored

SET = """mutation ($input: UpdatePreferencesInput!) {
  updatePreferences(input: $input) { __typename }
}"""


class Clock:
    now = 1_000_000_020.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """A stopped clock at the start of a minute, and no counters."""
    clock = Clock()
    monkeypatch.setattr(rates, "time", clock)
    cache.clear()
    yield clock
    cache.clear()


def post(
    graphql: Graphql, user: Any, document: str = SET, notify: bool = True, **headers: str
) -> Any:
    given = {"input": {"preferences": [preference("card-declined", "sms", notify)]}}
    return graphql.client(user).post(
        reverse("graphql"),
        {"query": document, "variables": given if "$input" in document else None},
        "application/json",
        headers=headers,
    )


def statuses(graphql: Graphql, user: Any, times: int, **more: Any) -> list[int]:
    return [post(graphql, user, **more).status_code for _ in range(times)]


def test_mutations_beyond_the_rate_are_refused(
    graphql: Graphql, alice: Any, clock: Clock, settings: Any
) -> None:
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ACCOUNT": "3/m"}
    assert statuses(graphql, alice, 3) == [200, 200, 200]
    clock.now += 12.5
    response = post(graphql, alice, notify=False)
    assert response.status_code == 429
    assert response["Retry-After"] == "48"
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 48}
    assert "48 seconds" in error["message"]
    assert not response.json().get("data")
    assert stored(alice) == {("card-declined", "sms"): True}
    clock.now += 48
    assert statuses(graphql, alice, 4) == [200, 200, 200, 429]


def test_accounts_are_counted_separately(
    graphql: Graphql, alice: Any, bob: Any, clock: Clock, settings: Any
) -> None:
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ACCOUNT": "1/m"}
    assert statuses(graphql, alice, 2) == [200, 429]
    assert statuses(graphql, bob, 2) == [200, 429]


def test_accounts_of_one_address_are_counted_together(
    graphql: Graphql, alice: Any, bob: Any, clock: Clock, settings: Any
) -> None:
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ADDRESS": "3/m"}
    assert statuses(graphql, alice, 2) == [200, 200]
    assert statuses(graphql, None, 1) == [200]
    assert statuses(graphql, bob, 1) == [429]


def test_queries_are_not_counted(graphql: Graphql, alice: Any, clock: Clock, settings: Any) -> None:
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ACCOUNT": "1/m", "MUTATIONS_PER_ADDRESS": "1/m"}
    assert statuses(graphql, alice, 3, document="{ viewer { id } }") == [200, 200, 200]
    assert statuses(graphql, alice, 1) == [200]


CLEAR = "clearPreferences(input: {}) { __typename }"


@pytest.mark.parametrize(
    "document",
    [
        f"mutation {{ a: {CLEAR} b: {CLEAR} c: {CLEAR} }}",
        (
            f"mutation {{ ...three }} fragment three on Mutation {{ a: {CLEAR} ...two }}"
            f" fragment two on Mutation {{ b: {CLEAR} c: {CLEAR} }}"
        ),
        f"mutation {{ a: {CLEAR} ... on Mutation {{ b: {CLEAR} ... {{ c: {CLEAR} }} }} }}",
    ],
    ids=["aliases", "fragments", "inline fragments"],
)
def test_each_field_of_a_document_is_counted(
    graphql: Graphql, alice: Any, clock: Clock, settings: Any, document: str
) -> None:
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ACCOUNT": "3/m"}
    assert statuses(graphql, alice, 2, document=document) == [200, 429]
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ACCOUNT": "2/m"}
    clock.now += 60
    assert statuses(graphql, alice, 1, document=document) == [429]


def test_only_the_executed_operation_is_counted(
    graphql: Graphql, alice: Any, clock: Clock, settings: Any
) -> None:
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ACCOUNT": "1/m"}
    document = f"mutation one {{ {CLEAR} }} mutation two {{ a: {CLEAR} b: {CLEAR} }}"
    body = {"query": document, "operationName": "one"}
    response = graphql.client(alice).post(reverse("graphql"), body, "application/json")
    assert response.status_code == 200


def test_the_status_is_429_for_the_graphql_type_as_well(
    graphql: Graphql, alice: Any, clock: Clock, settings: Any
) -> None:
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ACCOUNT": "1/m"}
    accept = "application/graphql-response+json"
    assert [post(graphql, alice, accept=accept).status_code for _ in range(2)] == [200, 429]


def test_an_exhausted_account_does_not_count_for_its_address(
    graphql: Graphql, alice: Any, bob: Any, clock: Clock, settings: Any
) -> None:
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ACCOUNT": "1/m", "MUTATIONS_PER_ADDRESS": "3/m"}
    assert statuses(graphql, alice, 5) == [200, 429, 429, 429, 429]
    assert statuses(graphql, bob, 1) == [200]


@pytest.mark.parametrize("forwarded", ["", "nonsense", "unknown", "_hidden", "9" * 1000])
def test_a_missing_address_is_counted(
    graphql: Graphql, alice: Any, bob: Any, clock: Clock, settings: Any, forwarded: str
) -> None:
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ADDRESS": "1/m", "TRUSTED_PROXIES": 1}
    headers = {"x-forwarded-for": forwarded}
    assert statuses(graphql, alice, 1, **headers) == [200]
    assert statuses(graphql, bob, 1, **headers) == [429]


CELLS, TABS = 150 * 6, 2


def test_a_fast_user_meets_no_limit(clock: Clock, settings: Any) -> None:
    settings.NOTIFICATION_RATES = {}
    for name in ("MUTATIONS_PER_ACCOUNT", "MUTATIONS_PER_ADDRESS"):
        assert {rates.spend(name, "alice") for _ in range(CELLS * TABS)} == {0}


def test_nothing_is_counted_unless_configured(graphql: Graphql, alice: Any, clock: Clock) -> None:
    assert rates.rates() is None
    assert rates.spend("MUTATIONS_PER_ACCOUNT", "alice", times=10**9) == 0


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("120/m", rates.Rate(120, 60)),
        ("10/5m", rates.Rate(10, 300)),
        ("1/s", rates.Rate(1, 1)),
        ("1000/2h", rates.Rate(1000, 7200)),
        ("5/d", rates.Rate(5, 86400)),
    ],
)
def test_rates_are_parsed(text: str, rate: rates.Rate) -> None:
    assert rates.Rate.of(text) == rate


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"MUTATIONS_PER_ACCOUNT": "0/m"}, "'0/m'. It must be a rate"),
        ({"MUTATIONS_PER_ACCOUNT": "1/0m"}, "'1/0m'. It must be a rate"),
        ({"MUTATIONS_PER_ACCOUNT": "often"}, "'often'. It must be a rate"),
        ({"MUTATIONS_PER_ACCOUNT": 5}, "5. It must be a rate"),
        ({"TRUSTED_PROXIES": -1}, "-1. It must be an integer, 0 or more"),
        ({"TRUSTED_PROXIES": True}, "True. It must be an integer, 0 or more"),
        ({"LOGINS": "1/m"}, "'LOGINS' is not a known key"),
        ([], "must be a dictionary"),
    ],
)
def test_mistakes_are_reported(settings: Any, given: Any, message: str) -> None:
    settings.NOTIFICATION_RATES = given
    with pytest.raises(ImproperlyConfigured, match=message):
        rates.rates()


@pytest.fixture
def calls(clock: Clock, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Calls of the cache, without keys."""
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ACCOUNT": "3/5m"}
    made: list[tuple[Any, ...]] = []

    def record(name: str, real: Any, key: str, *args: Any) -> Any:
        made.append((name, *args))
        return real(key, *args)

    for name in ("incr", "add"):
        monkeypatch.setattr(cache, name, partial(record, name, getattr(cache, name)))
    return made


def test_an_existing_counter_takes_one_call(calls: list[tuple[Any, ...]]) -> None:
    for _ in range(3):
        assert rates.spend("MUTATIONS_PER_ACCOUNT", "alice") == 0
    assert calls == [("incr", 1), ("add", 1, 300), ("incr", 1), ("incr", 1)]
    assert rates.spend("MUTATIONS_PER_ACCOUNT", "alice") > 0


def test_concurrent_first_counts_are_added(
    clock: Clock, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ACCOUNT": "3/5m"}
    incr = cache.incr

    def late(key: str, times: int) -> int:
        """Fail as if another process created the counter in between."""
        if cache.add(key, 3, 300):
            raise ValueError(key)
        return incr(key, times)

    monkeypatch.setattr(cache, "incr", late)
    assert rates.spend("MUTATIONS_PER_ACCOUNT", "alice") > 0


def test_a_first_count_beyond_the_rate_is_refused(calls: list[tuple[Any, ...]]) -> None:
    assert rates.spend("MUTATIONS_PER_ACCOUNT", "alice", 4) > 0


def test_the_setting_is_parsed_once(settings: Any) -> None:
    for allowed in ("3/m", "4/m"):
        settings.NOTIFICATION_RATES = {"MUTATIONS_PER_ACCOUNT": allowed}
        first = rates.rates()
        assert first == rates.Rates(mutations_per_account=allowed)
        assert rates.rates() is first


def test_an_evicted_counter_refuses_no_request(
    clock: Clock, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.NOTIFICATION_RATES = {}
    monkeypatch.setattr(cache, "add", lambda *_args: False)
    assert rates.spend("MUTATIONS_PER_ACCOUNT", "alice") == 0
