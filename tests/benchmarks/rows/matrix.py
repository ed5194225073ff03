"""Matrix of a user, in process: GraphQL beside plain views."""

import json
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.configuration.cache import configuration_cache
from notifications.preferences.matrix import matrix_cache
from schema.preferences import types
from tests.benchmarks import plain
from tests.benchmarks.browser import Browser, graphql
from tests.benchmarks.harness import Bench, Benchmark, Row, at_most, require
from tests.benchmarks.world import created_user

PLAIN, RESOLVER = "/plain/", "/plain/resolver/"
QUERY = """
query Matrix {
  preferences {
    notifications {
      notification { name displayName category }
      cells {
        backend { name }
        effective source userValue groupValue defaultValue editable
      }
    }
  }
}
"""
WITH_IDS = """
query Matrix {
  preferences {
    __typename id
    notifications {
      __typename id
      notification { __typename id name displayName category }
      cells {
        __typename id
        backend { __typename id name }
        effective source userValue groupValue defaultValue editable
      }
    }
  }
}
"""
VIEW = "a plain JSON view: constant queries, catalogue remembered"
SIZES = ((100, 4, 0.5), (500, 6, 0.3))
AGAINST_VIEW = {
    (rows, columns): Row(f"matrix query, {rows} x {columns}", VIEW, at_most(limit))
    for rows, columns, limit in SIZES
}
AGAINST_RESOLVER = Row(
    "matrix query, 100 x 4", "a plain view on the same resolver, orjson", at_most(1.25)
)
FOR_CACHES = Row("matrix query, 100 x 4, with every `id` and `__typename`", VIEW)
FIRST = Row("matrix query, 100 x 4, by a user whose preferences no other user has", VIEW)
STATEMENTS = Row("statements of a matrix query beyond session and user", goal=at_most(1))


def matrix(bench: Bench) -> None:
    statements = []
    for (rows, columns), row in AGAINST_VIEW.items():
        size = bench.size(rows, tiny=rows // 50)
        browser = Browser(created_user(size, columns))
        plain.catalogue.cache_clear()
        require(_rows(browser.post(PLAIN, b"{}")) == size, "Rows are missing.")
        _compare(bench, row, browser, QUERY, PLAIN)
        if columns == 4:
            _compare(bench, AGAINST_RESOLVER, browser, QUERY, RESOLVER)
            _compare(bench, FOR_CACHES, browser, WITH_IDS, PLAIN)
            _compare(bench, FIRST, browser, QUERY, PLAIN, before=_clear_matrices)
        with CaptureQueriesContext(connection) as captured:
            browser.post("/graphql/", graphql(QUERY))
        statements.append(len(captured) - 2)
    bench.figure(STATEMENTS, max(statements))


def _compare(
    bench: Bench,
    row: Row,
    browser: Browser,
    query: str,
    path: str,
    before: Callable[[], object] | None = None,
) -> None:
    body = graphql(query)
    bench.compare(
        row,
        ours=lambda: browser.post("/graphql/", body),
        theirs=lambda: browser.post(path, b"{}"),
        same=lambda ours, theirs: flat(json.loads(ours)) == json.loads(theirs),
        before=before,
    )


def _clear_matrices() -> None:
    """Clear the matrices of users with equal preferences, but not the parts of matrices."""
    snapshot = configuration_cache.latest()
    if snapshot is not None:
        matrix_cache.of(snapshot).matrices.clear()
    types._lists.clear()  # noqa: SLF001 - there is no other reason to forget it


def _rows(answer: bytes) -> int:
    return len(json.loads(answer)["notifications"])


def flat(answer: Any) -> Any:
    """Return the answer of GraphQL in the shape of the plain views."""
    rows = answer["data"]["preferences"]["notifications"]
    plain_rows = [{**row["notification"], "cells": row["cells"]} for row in rows]
    return {"notifications": [_without_ids(row) for row in plain_rows]}


def _without_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    if isinstance(value, dict):
        kept = {name: item for name, item in value.items() if name not in {"id", "__typename"}}
        return {name: _without_ids(item) for name, item in kept.items()}
    return value


BENCHMARK = Benchmark(
    "matrix", (*AGAINST_VIEW.values(), AGAINST_RESOLVER, FOR_CACHES, FIRST, STATEMENTS), matrix
)
