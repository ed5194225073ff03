"""What a document asks for."""

import re

from strawberry import Info

_ID = re.compile(r"\bid\b")


def ids_are_asked_for(info: Info) -> bool:
    """Whether anything in the document is called `id`: if nothing is, no answer has one in it."""
    location = info._raw_info.operation.loc
    return location is None or _ID.search(location.source.body) is not None
