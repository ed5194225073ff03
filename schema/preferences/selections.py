"""Selections of a document that decide how an answer is built."""

from strawberry import Info

from notifications.caches import Cache, IdentityKey
from schema.limits.weights import selects_ids, weigh

_found: Cache[IdentityKey, bool] = Cache(
    "selected ids", share=0.02, weigh=lambda key, _found: weigh(key.objects[0]) // 5
)


def ids_are_asked_for(info: Info) -> bool:
    """Return True if the document may select a field `id`."""
    operation = info._raw_info.operation
    key = IdentityKey(operation)
    found = _found.get(key)
    return _found.put(key, selects_ids(operation)) if found is None else found
