"""Over HTTP, two processes each: the service as the guide runs it, and PostGraphile on its tables.

Both know who asks by a token that they verify, for the matrix the service by a session in its
database. The load reads every answer and holds it against the right one.
"""

import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import jwt
from django.contrib.auth import get_user_model
from django.db import connection

from notifications.models import Backend, Notification, UserPrefs
from tests.benchmarks import peers, servers
from tests.benchmarks.browser import Browser, graphql
from tests.benchmarks.harness import POSTGRESQL, Bench, Benchmark, Row, at_least, at_most, require
from tests.benchmarks.rows.matrix import QUERY, flat
from tests.benchmarks.world import created_user

PEER = "PostGraphile 5, the matrix as a function in SQL"
PEER_JSON = "PostGraphile 5, the matrix as one JSON value without selections"
PEER_UPSERT = "PostGraphile 5, an upsert as a function in SQL, the same tokens"
RATE = "{} over HTTP, two workers: answers a second"
P99 = "{} over HTTP, two workers: 99th percentile"
MATRIX = Row(RATE.format("matrix query"), PEER, at_least(2.5))
MATRIX_P99 = Row(P99.format("matrix query"), PEER, at_most(1))
AS_JSON = Row(RATE.format("matrix query"), PEER_JSON)
AS_JSON_P99 = Row(P99.format("matrix query"), PEER_JSON)
MUTATION = Row(RATE.format("mutation of one cell"), PEER_UPSERT, at_least(1))
MUTATION_P99 = Row(P99.format("mutation of one cell"), PEER_UPSERT)

THEIR_MATRIX = """
{ preferences { nodes {
  name displayName category
  cells { backend effective source userValue groupValue defaultValue editable }
} } }
"""
THEIR_JSON = "{ preferencesAsJson }"
UPDATE = """
mutation Set($notification: String!, $backend: String!, $notify: Boolean!) {
  updatePreferences(
    input: {preferences: [{notification: $notification, backend: $backend, notify: $notify}]}
  ) {
    ... on UpdatePreferencesSuccess { results { outcome cell { effective source } } }
  }
}
"""
THEIR_UPDATE = """
mutation Set($notification: String!, $backend: String!, $notify: Boolean!) {
  setPreference(input: {notification: $notification, backend: $backend, notify: $notify}) {
    result { outcome effective source }
  }
}
"""
CONNECTIONS = 8
SECONDS, WARM_UP, ROUNDS = 4, 3, 4
IN_FLIGHT = 1
"""Seconds in which all is written that a load left behind unanswered."""
CELL = {"notification": "notification-001", "backend": "backend0"}
BEARER = {
    "BEARER_ISSUER": "benchmarks",
    "BEARER_AUDIENCE": "benchmarks",
    "BEARER_ALGORITHMS": "HS256",
    "BEARER_KEY": "only-for-benchmarks-" + "x" * 50,
}


@dataclass(frozen=True, slots=True)
class Side:
    """URL of a server, with the requests of its clients and the expected answers."""

    url: str
    clients: list[dict[str, Any]]

    def load(self, seconds: float) -> peers.Load:
        return peers.put_under_load(self.url, self.clients, seconds=seconds)


def http(bench: Bench) -> None:
    user = created_user(bench.size(100, tiny=3), 4)
    browser = Browser(user)
    with connection.cursor() as cursor:
        cursor.execute(peers.FUNCTIONS.read_text())
    rows = flat(json.loads(browser.post("/graphql/", graphql(QUERY))))["notifications"]
    require(_rows_in_sql(user) == rows, "The matrix of the function in SQL is another one.")
    outcomes = [_set_in_sql(user, notify) for notify in (True, True, False)]
    require(outcomes == ["CREATED", "UNCHANGED", "UPDATED"], f"The upsert says {outcomes}.")
    if bench.rehearsal:
        for row in BENCHMARK.rows:
            bench.figure(row, 1)
        return
    with _both() as (ours, theirs):
        _read(bench, browser, user, ours, theirs)
        _write(bench, ours, theirs)


def _read(bench: Bench, browser: Browser, user: Any, ours: str, theirs: str) -> None:
    in_session, by_token = browser.headers, _bearer(user)
    mine = _side(ours, in_session, graphql(QUERY))
    typed = _side(theirs, by_token, graphql(THEIR_MATRIX))
    whole = _side(theirs, by_token, graphql(THEIR_JSON))
    rows = flat(json.loads(_answer(mine)))["notifications"]
    require(_nodes(json.loads(_answer(typed))) == rows, "PostGraphile's matrix is another one.")
    as_json = json.loads(_answer(whole))["data"]["preferencesAsJson"]
    require(len(as_json) == len(rows), "PostGraphile's JSON is another one.")
    loads = _take_turns(mine, typed, whole)
    _fill(bench, MATRIX, MATRIX_P99, loads[0], loads[1])
    _fill(bench, AS_JSON, AS_JSON_P99, loads[0], loads[2])


def _write(bench: Bench, ours: str, theirs: str) -> None:
    """Each connection belongs to another user, whose preference changes with every request."""
    users = get_user_model()._default_manager.filter(username__startswith="other")[:CONNECTIONS]
    writers: list[Any] = list(users)

    def reset() -> None:
        time.sleep(IN_FLIGHT)
        for user in writers:
            _set(user, notify=False)

    sides = []
    for url, document in ((ours, UPDATE), (theirs, THEIR_UPDATE)):
        bodies = [graphql(document, **CELL, notify=notify) for notify in (True, False)]
        reset()
        clients = [_side(url, _bearer(user), *bodies).clients[0] for user in writers]
        sides.append(Side(url, clients))
        for request, notify in zip(clients[0]["requests"], (True, False), strict=True):
            answer = {"outcome": "UPDATED", "effective": notify, "source": "USER"}
            require(_value(request["answer"]) == answer, f"{url} answers {request['answer']}.")
    loads = _take_turns(*sides, before=reset)
    _fill(bench, MUTATION, MUTATION_P99, *loads)


def _take_turns(*sides: Side, before: Callable[[], object] = str) -> list[list[peers.Load]]:
    """Return the result of each side in each round, after a warm-up."""
    loads: list[list[peers.Load]] = [[] for _ in sides]
    for number in range(ROUNDS + 1):
        for side, borne in zip(sides, loads, strict=True):
            before()
            load = side.load(SECONDS if number else WARM_UP)
            if number:
                borne.append(load)
    return loads


def _fill(
    bench: Bench, rate: Row, p99: Row, ours: list[peers.Load], theirs: list[peers.Load]
) -> None:
    mine, other = (median(load.rate for load in loads) for loads in (ours, theirs))
    bench.figure(rate, mine / other, ours_per_second=mine, theirs_per_second=other)
    mine, other = (median(load.p99 for load in loads) for loads in (ours, theirs))
    bench.figure(p99, mine / other, ours_ms=mine, theirs_ms=other)


@contextmanager
def _both() -> Iterator[tuple[str, str]]:
    """Run both servers, and yield where they answer."""
    database = re.sub(r"[?&]conn_max_age=\d+", "", os.environ["DATABASE_URL"])
    port, other = servers.free_port(), servers.free_port()
    of_service = {
        **BEARER,
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "PREPARED_STATEMENTS": "true",  # PostGraphile prepares its statements, too
    }
    of_peer = {
        "DATABASE": database,
        "JWT_SECRET": BEARER["BEARER_KEY"],
        "PORT": str(other),
        "WORKERS": "2",
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }
    peer = [peers.node(), str(peers.HERE / "postgraphile.js")]
    with (
        tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch,
        servers.running(servers.production(port), port, Path(scratch, "ours"), **of_service),
        servers.running(peer, other, Path(scratch, "theirs"), **of_peer),
    ):
        yield f"http://127.0.0.1:{port}/graphql/", f"http://127.0.0.1:{other}/graphql"


def _side(url: str, headers: dict[str, str], *bodies: bytes) -> Side:
    """Return the repeated request with its present answer."""
    requests = [
        {"body": body.decode(), "answer": httpx.post(url, content=body, headers=headers).text}
        for body in bodies
    ]
    return Side(url, [{"headers": headers, "requests": requests}] * CONNECTIONS)


def _answer(side: Side) -> str:
    answer: str = side.clients[0]["requests"][0]["answer"]
    return answer


def _bearer(user: Any) -> dict[str, str]:
    """Return a token with the claims by which both servers identify a user."""
    claims = {
        "iss": BEARER["BEARER_ISSUER"],
        "aud": BEARER["BEARER_AUDIENCE"],
        "exp": int(time.time()) + 3600,
        "sub": user.get_username(),
        "user_id": user.pk,
    }
    token = jwt.encode(claims, BEARER["BEARER_KEY"], BEARER["BEARER_ALGORITHMS"])
    return {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}


def _set(user: Any, *, notify: bool) -> None:
    UserPrefs.objects.update_or_create(
        user=user,
        notification=Notification.objects.get(name=CELL["notification"]),
        backend=Backend.objects.get(name=CELL["backend"]),
        defaults={"notify": notify},
    )


def _value(answer: str) -> Any:
    """Return the value of the cell in an answer of either server."""
    data = json.loads(answer)["data"]
    if "setPreference" in data:
        return data["setPreference"]["result"]
    [result] = data["updatePreferences"]["results"]
    return {"outcome": result["outcome"], **result["cell"]}


def _nodes(answer: Any) -> Any:
    """PostGraphile's matrix, in the shape of the plain views."""
    rows = answer["data"]["preferences"]["nodes"]
    return [
        {**row, "cells": [{**cell, "backend": {"name": cell["backend"]}} for cell in row["cells"]]}
        for row in rows
    ]


def _rows_in_sql(user: Any) -> Any:
    """Return the answer of PostgreSQL without PostGraphile, in the shape of the plain views."""
    names = {
        "display_name": "displayName",
        "user_value": "userValue",
        "group_value": "groupValue",
        "default_value": "defaultValue",
    }
    answer = _in_sql(user, "SELECT peer.preferences_as_json()::text")
    for name, other in names.items():
        answer = answer.replace(f'"{name}"', f'"{other}"')
    return _nodes({"data": {"preferences": {"nodes": json.loads(answer)}}})


def _set_in_sql(user: Any, notify: bool) -> Any:
    arguments = [*CELL.values(), notify]
    return _in_sql(user, "SELECT (peer.set_preference(%s, %s, %s)).outcome", *arguments)


def _in_sql(user: Any, statement: str, *arguments: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jwt.claims.user_id', %s, false)", [str(user.pk)])
        cursor.execute(statement, arguments)
        [value] = cursor.fetchone()
        return value


BENCHMARK = Benchmark(
    "http",
    (MATRIX, MATRIX_P99, AS_JSON, AS_JSON_P99, MUTATION, MUTATION_P99),
    http,
    (POSTGRESQL,),
)
