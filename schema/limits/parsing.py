"""Parsing of documents, with limits on their tokens, and the cache of parsed documents."""

from collections.abc import Iterator

from graphql import DocumentNode, GraphQLError, TokenKind, parse
from graphql.language.parser import MAX_NESTING_DEPTH
from strawberry.extensions import SchemaExtension

from notifications.caches import Cache
from schema.conf import Limits, limits
from schema.errors import LimitExceeded
from schema.execution.documents import tokens, weigh

MAX_DIGITS = 1_000
"""Digits of a number in a document. Python converts more in quadratic time."""
_NUMBERS = {TokenKind.INT, TokenKind.FLOAT}

documents: Cache[tuple[str, Limits], DocumentNode] = Cache(
    "documents", share=0.1, weigh=lambda _key, document: weigh(document)
)
"""Valid documents by their text and the limits that they comply with."""


class LimitingParser(SchemaExtension):
    """Parses documents with limits on length, nesting and names.

    Known documents come from the cache, which `LimitingValidator` fills.
    """

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        text = context.query or ""
        context.graphql_document = documents.get((text, limits())) or parse_document(text)
        yield


def parse_document(text: str) -> DocumentNode:
    """Parse a document. Raises LimitExceeded, GraphQLError."""
    allowed = limits()
    try:
        document = parse(text, max_tokens=allowed.max_tokens)
    except GraphQLError as error:
        raise _limit_exceeded(error, allowed) or error from None
    _check_tokens(document, allowed)
    return document


def _check_tokens(document: DocumentNode, allowed: Limits) -> None:
    """Raise LimitExceeded for a name or a number that is too long."""
    for token in tokens(document):
        length = token.end - token.start
        if token.kind is TokenKind.NAME and length > allowed.max_name:
            message = f"The document has a name of {length:,} characters"
            raise LimitExceeded(message, allowed.max_name)
        if token.kind in _NUMBERS and length > MAX_DIGITS:
            raise LimitExceeded(f"The document has a number of {length:,} digits", MAX_DIGITS)


def _limit_exceeded(error: GraphQLError, allowed: Limits) -> LimitExceeded | None:
    """Return the error for a limit of the parser, or None for a syntax error."""
    if not error.message.endswith(" Parsing aborted."):
        return None
    if error.message.endswith(" nested too deeply. Parsing aborted."):
        limit = min(allowed.max_depth, MAX_NESTING_DEPTH)
        return LimitExceeded("The document is nested too deeply to be parsed", limit)
    limit = allowed.max_tokens
    return LimitExceeded(f"The document has more than {limit:,} tokens", limit)
