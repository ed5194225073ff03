"""What a document asks for."""

import re
from functools import lru_cache

from strawberry import Info

from schema.same import Same

DOCUMENTS = 256
"""For how many operations it is kept what they ask for."""
_ID = re.compile(r"\bid\b")


def ids_are_asked_for(info: Info) -> bool:
    """Whether anything in the document is called `id`: if nothing is, no answer has one in it."""
    return _has_id(Same(info._raw_info.operation))


@lru_cache(maxsize=DOCUMENTS)
def _has_id(known: Same) -> bool:
    [operation] = known.things
    return operation.loc is None or _ID.search(operation.loc.source.body) is not None
