"""Estimates of the bytes that parsed documents take.

Caches keyed by a document keep it in memory. `documents` counts it; the others have room for fewer
documents than `documents`, so that those they keep are mostly counted there.
"""

import re
from collections.abc import Iterator
from sys import getsizeof

from graphql import DocumentNode, Node, OperationDefinitionNode, Token

_ID = re.compile(r"\bid\b")
TOKEN = 550
"""Bytes of what the parser creates for each token."""


def weigh(node: Node | None) -> int:
    """Estimate the bytes of a document, or of a definition and what follows it, with the text."""
    if node is None or node.loc is None:
        return TOKEN
    return 2 * getsizeof(node.loc.source.body) + TOKEN * sum(1 for _ in tokens(node))


def tokens(node: Node) -> Iterator[Token]:
    """Yield the tokens from the first of the node to the end of the document."""
    token = node.loc.start_token if node.loc else None
    while token is not None:
        yield token
        token = token.next


def selects_ids(node: DocumentNode | OperationDefinitionNode) -> bool:
    """Return True if the text that the node was parsed from may select a field `id`."""
    return node.loc is None or _ID.search(node.loc.source.body) is not None
