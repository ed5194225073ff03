"""Helpers for tests of limits: refusals, the garbage collector, and a manifest."""

import gc
import json
from collections.abc import Callable, Iterator
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

import pytest

from notifications.configuration.cache import configuration_cache

NAME = "query Name { viewer { username } }"

WRITE = (
    "mutation Write($notify: Boolean!) { updatePreferences(input: {preferences: ["
    '{notification: "alarm", backend: "sms", notify: $notify}]}) { __typename } }'
)

TWO = "query A { viewer { username } } query B { __typename }"

OTHER = "query Other { __typename }"


@pytest.fixture(autouse=True)
def no_cached_catalogue() -> None:
    """Empty the cache of the catalogue: its size determines the highest cost."""
    configuration_cache.clear()


def refusals(answer: Any) -> list[str]:
    """Return the messages of an answer with nothing but errors about limits."""
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"LIMIT_EXCEEDED"}
    assert answer.get("data") is None
    return [error["message"] for error in answer["errors"]]


@pytest.fixture
def small_heap() -> Iterator[None]:
    """Hide objects of earlier tests from the garbage collector, which would take long."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def name(document: str) -> str:
    return sha256(document.encode()).hexdigest()


MANIFEST = {
    name(NAME): NAME,
    f"sha256:{name(WRITE)}": WRITE,
    sha1(TWO.encode(), usedforsecurity=False).hexdigest(): TWO,
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Any], Path]:
    """Write a manifest to a new path each time: a path is read once."""

    def write(content: Any) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(params=["a path", "a string"])
def given(request: Any, settings: Any, write: Callable[[Any], Path]) -> dict[str, Any]:
    """Return the setting, which some tests extend."""
    path = write(MANIFEST)
    value = {"TRUSTED_DOCUMENTS": path if request.param == "a path" else str(path)}
    settings.NOTIFICATION_GRAPHQL = {**value, "INTROSPECTION": True}
    return dict(settings.NOTIFICATION_GRAPHQL)


@pytest.fixture
def strict(given: dict[str, Any], settings: Any) -> None:
    settings.NOTIFICATION_GRAPHQL = {**given, "TRUSTED_DOCUMENTS_ONLY": True}
