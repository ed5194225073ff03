"""Rates while Redis is stopped or silent: each process counts by itself."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from project import environment
from schema.auth import counters
from tests.conftest import make_user
from tests.redis import free_port, running

MUTATION = "mutation { clearPreferences(input: {}) { __typename } }"
Server = subprocess.Popen[bytes]
Fault = Callable[[Server], None]


@pytest.fixture
def redis(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Redis that counts the rates of this process."""
    port = free_port()
    monkeypatch.setitem(environment.env.ENVIRON, "CACHE_URL", f"redis://127.0.0.1:{port}/0")
    configuration = environment.cache("CACHE_URL")
    monkeypatch.setattr(counters, "_breaker", counters._Breaker())  # noqa: SLF001
    with running(port, str(tmp_path)) as server:
        settings.CACHES = {"default": configuration}
        settings.NOTIFICATION_RATES = {
            "MUTATIONS_PER_ACCOUNT": "10/d",
            "SIGN_INS_PER_ACCOUNT": "3/d",
        }
        yield server
    counters._own.clear()  # noqa: SLF001


def stop(server: Server) -> None:
    server.kill()
    server.wait()


def silence(server: Server) -> None:
    server.send_signal(signal.SIGSTOP)


def sign_in() -> int:
    given = {"username": "alice", "password": "wrong"}
    return Client().post("/accounts/login/", given).status_code


def change(user: Any) -> int:
    client = Client()
    client.force_login(user)
    return client.post("/graphql/", {"query": MUTATION}, "application/json").status_code


@pytest.mark.parametrize("fault", [stop, silence])
def test_without_redis_the_process_counts(db: None, redis: Server, fault: Fault) -> None:
    alice = make_user("alice")
    assert change(alice) == 200
    assert len(cache._cache.get_client().keys("*notification-rates:*")) == 2  # type: ignore[attr-defined]  # noqa: SLF001
    fault(redis)
    began = time.monotonic()
    assert [change(alice) for _ in range(11)] == [200] * 10 + [429]
    assert [sign_in() for _ in range(4)] == [200, 200, 200, 429]
    assert time.monotonic() - began < 5


def test_redis_counts_again_once_it_answers(
    db: None, redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = make_user("alice")
    assert [change(alice) for _ in range(5)] == [200] * 5
    silence(redis)
    assert [change(alice) for _ in range(5)] == [200] * 5
    redis.send_signal(signal.SIGCONT)
    monkeypatch.setattr(counters, "PAUSE", 0)
    monkeypatch.setattr(counters._breaker, "_until", 0.0)  # noqa: SLF001
    # Redis may also have counted the request that it did not answer.
    answers = [change(alice) for _ in range(6)]
    assert (answers[:4], answers[-1]) == ([200] * 4, 429)
