"""Normalised cache of a client: entities of responses by ID."""

from typing import Any

Cache = dict[str, dict[str, Any]]


def normalise(answer: Any) -> Cache:
    """Return the entities of a response by ID, with references where they contain others.

    An entity that an answer shows in several places must look the same in all of them.
    """
    cache: Cache = {}
    _refer(answer, cache)
    return cache


def merge(cache: Cache, answer: Any) -> Cache:
    merged = {id_: dict(fields) for id_, fields in cache.items()}
    for id_, fields in normalise(answer).items():
        merged.setdefault(id_, {}).update(fields)
    return merged


def _refer(value: Any, cache: Cache) -> Any:
    if isinstance(value, list):
        return [_refer(item, cache) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {key: _refer(item, cache) for key, item in value.items()}
    if "id" not in value or value["__typename"] == "NotFound":
        return fields
    assert cache.setdefault(value["id"], fields) == fields
    return {"ref": value["id"]}
