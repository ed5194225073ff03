"""Selections of a document that decide how an answer is built."""

from strawberry import Info

from notifications.caches import Cache
from schema.execution.identity import Same
from schema.limits.weights import selects_ids, weigh

_found: Cache[Same, bool] = Cache(
    "selected ids", share=0.02, weigh=lambda key, _found: weigh(key.things[0]) // 5
)


def ids_are_asked_for(info: Info) -> bool:
    """Return True if the document may select a field `id`."""
    operation = info._raw_info.operation
    key = Same(operation)
    found = _found.get(key)
    return _found.put(key, selects_ids(operation)) if found is None else found
