"""Time to refuse a document of 10 kB, compared with the time of an ordinary request."""

from collections.abc import Collection, Iterator
from statistics import median
from time import process_time
from typing import Any

import pytest

from notifications.catalogue import sync
from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec
from notifications.configuration.cache import configuration_cache
from schema.limits.parsing import documents as parsed
from tests.schema.conftest import Graphql
from tests.schema.documents import VIEWER
from tests.schema.limits.expensive_documents import expensive_documents

SIZES = (10_000, 4_000)
"""The smaller documents have few enough tokens to be counted, and some to be validated."""
BACKENDS = ("sms", "email", "inbox", "pager")
LONG = Catalogue(
    backends=tuple(map(BackendSpec, BACKENDS)),
    notifications=tuple(NotificationSpec(f"n{number}", backends=BACKENDS) for number in range(200)),
)
# Long, but with a single token: not refused.
HARMLESS = {"a string of escapes", "a string of lines", "a number", "nothing"}


def seconds(graphql: Graphql, user: Any, document: str) -> float:
    """Return the processor time of a request with a document that is in no cache."""
    parsed.clear()  # other caches of documents are keyed by their identity
    configuration_cache.clear()
    client = graphql.client(user)
    start = process_time()
    client.post("/graphql/", {"query": document}, "application/json")
    return process_time() - start


def slower(
    graphql: Graphql, user: Any, documents: dict[str, str], names: Collection[str]
) -> Iterator[str]:
    """Yield the names of documents that take longer than an ordinary one, by their medians."""
    ordinary, took = [], {name: list[float]() for name in names}
    for _ in range(3):
        for position, name in enumerate(names):
            if position % 10 == 0:
                ordinary.append(seconds(graphql, user, VIEWER))
            took[name].append(seconds(graphql, user, documents[name]))
    for name, times in took.items():
        if median(times) >= median(ordinary):
            yield name


@pytest.mark.parametrize("size", SIZES)
def test_refusing_takes_no_longer_than_an_ordinary_request(
    graphql: Graphql, alice: Any, small_heap: None, settings: Any, size: int
) -> None:
    settings.NOTIFICATION_GRAPHQL = {
        "COMPILED": False,
        "MAX_COST": 10**6,
    }  # as expensive as for any executor
    sync(LONG)
    documents = expensive_documents(size)
    suspects = list(documents)
    for _ in range(3):  # other processes delay some runs
        suspects = list(slower(graphql, alice, documents, suspects))
    assert suspects == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", sorted(expensive_documents(1_000).keys() - HARMLESS))
def test_expensive_documents_are_refused(
    graphql: Graphql, alice: Any, name: str, size: int
) -> None:
    document = expensive_documents(size)[name]
    assert len(document) <= size
    answer = graphql(document, user=alice)
    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert codes in ({"LIMIT_EXCEEDED"}, {"BAD_USER_INPUT"})
