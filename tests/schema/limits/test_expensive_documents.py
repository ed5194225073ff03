"""No document of 10 kB takes longer to refuse than an ordinary one takes to answer."""

import gc
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
from tests.schema.limits.expensive_documents import worst

SIZES = (10_000, 4_000)
"""The smaller ones have few enough tokens to be counted and, some of them, validated."""
BACKENDS = ("sms", "email", "inbox", "pager")
LONG = Catalogue(
    backends=tuple(map(BackendSpec, BACKENDS)),
    notifications=tuple(NotificationSpec(f"n{number}", backends=BACKENDS) for number in range(200)),
)
# Long, but one thing each: there is nothing to refuse.
HARMLESS = {"a string of escapes", "a string of lines", "a number", "nothing"}


def seconds(graphql: Graphql, user: Any, document: str) -> float:
    """Return how long a processor is busy with a document that it has not seen before."""
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


@pytest.fixture
def small_heap() -> Iterator[None]:
    """Let the garbage collector overlook what the tests have piled up: it takes its time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("size", SIZES)
def test_the_worst_is_answered_within_the_time_of_an_ordinary_request(
    graphql: Graphql, alice: Any, small_heap: None, settings: Any, size: int
) -> None:
    settings.NOTIFICATION_GRAPHQL = {
        "COMPILED": False,
        "MAX_COST": 10**6,
    }  # as long as any executor takes
    sync(LONG)
    documents = worst(size)
    suspects = list(documents)
    for _ in range(3):  # a processor that others use is slow at times
        suspects = list(slower(graphql, alice, documents, suspects))
    assert suspects == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", sorted(worst(1_000).keys() - HARMLESS))
def test_the_worst_is_refused(graphql: Graphql, alice: Any, name: str, size: int) -> None:
    document = worst(size)[name]
    assert len(document) <= size
    answer = graphql(document, user=alice)
    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert codes in ({"LIMIT_EXCEEDED"}, {"BAD_USER_INPUT"})
