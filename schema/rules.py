"""The rule that refuses documents that ask for too much, and where rules are put to work."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    Token,
    TokenKind,
    ValidationRule,
)
from graphql.language.parser import MAX_NESTING_DEPTH
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import ParserCache, SchemaExtension
from strawberry.extensions.parser_cache import DEFAULT_MAXSIZE
from strawberry.schema.schema import validate_document

from schema.cost import CEILING, Counter
from schema.introspection import NoIntrospection
from schema.limits import LimitExceeded
from schema.overlaps import overlaps
from schema.same import Same
from schema.settings import Limits, exposure, limits


def rules() -> list[type[ASTValidationRule]]:
    """Return what holds besides the rules of GraphQL; the same classes for the same settings."""
    limiting = limiting_rule(limits())
    return [limiting] if exposure().introspection else [limiting, NoIntrospection]


@lru_cache
def limiting_rule(allowed: Limits) -> type[ValidationRule]:
    """Return the one rule of these limits: what was found is filed by the rule."""

    class LimitingRule(ValidationRule):
        def enter_document(self, node: DocumentNode, *_args: Any) -> None:
            """Refuse before other rules walk the document: some take time by its square."""
            found = list(
                _long_numbers(node) or _refusals(Counter(node, self.context.schema), allowed)
            )
            for error in found[:-1]:
                self.report_error(error)
            for error in found[-1:]:
                raise error

    return LimitingRule


MAX_DIGITS = 1_000
"""Digits of a number in a document. Python converts some thousands, in time by their square."""
_LONG = re.compile(rf"[0-9]{{{MAX_DIGITS + 1}}}", re.ASCII)


def _long_numbers(document: DocumentNode) -> list[ValidationAbortedError]:
    """Find the first number that is too long to be converted, if the text has that many digits."""
    if document.loc is None or not _LONG.search(document.loc.source.body):
        return []
    token: Token | None = document.loc.start_token
    while token is not None:
        length = len(token.value or "")
        if token.kind in {TokenKind.INT, TokenKind.FLOAT} and length > MAX_DIGITS:
            return [LimitExceeded(f"The document has a number of {length:,} digits", MAX_DIGITS)]
        token = token.next
    return []


_SENTENCES = {
    "depth": "The document is {} fields deep",
    "fields": "The document asks for {} fields",
    "root_fields": "The document asks for {} fields of Query or Mutation",
    "aliases": "The document has {} aliases",
    "cost": "The document has an estimated cost of {}",
    "overlaps": "The document asks for fields or fragments again in {} pairs",
}


def _refusals(counter: Counter, allowed: Limits) -> Iterator[ValidationAbortedError]:
    for name in counter.rings[:1]:  # what is endless cannot be counted
        yield ValidationAbortedError(f"Cannot spread fragment '{name}' within itself.")
        return
    total = counter.total()
    fits = True
    for name in ("depth", "fields", "root_fields", "aliases", "cost"):
        for error in _excess(name, getattr(total, name), getattr(allowed, f"max_{name}")):
            fits = False
            yield error
    if fits:  # so the fields are few enough for another walk
        roots = [part.definition.selection_set for part in counter.roots]
        pairs = overlaps(roots, counter.fragments, most=allowed.max_overlaps)
        yield from _excess("overlaps", pairs, allowed.max_overlaps)


def _excess(name: str, actual: int, most: int) -> Iterator[LimitExceeded]:
    if actual > most:
        number = f"{actual:,}" if actual < CEILING else f"at least {CEILING:,}"
        yield LimitExceeded(_SENTENCES[name].format(number), most)


class LimitingParser(ParserCache):
    """Stops reading a document that is too long, or nested too deeply."""

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        context.parse_options["max_tokens"] = limits().max_tokens
        try:
            document = self.cached_parse_document(context.query, **context.parse_options)
        except GraphQLError as error:
            raise _refused(error) or error from None
        context.graphql_document = document
        yield


def _refused(error: GraphQLError) -> LimitExceeded | None:
    """Tell a document that the parser gave up from one that is wrong."""
    if not error.message.endswith(" Parsing aborted."):
        return None
    allowed = limits()
    if error.message.endswith(" nested too deeply. Parsing aborted."):
        most = min(allowed.max_depth, MAX_NESTING_DEPTH)
        return LimitExceeded("The document is nested too deeply to be read", most)
    most = allowed.max_tokens
    return LimitExceeded(f"The document has more than {most:,} tokens", most)


class LimitingValidator(SchemaExtension):
    """Files what it found by the very document, which `LimitingParser` keeps, not by its text."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        schema = context.schema._schema  # noqa: SLF001 - as Strawberry's own extensions do
        known = Same(schema, context.graphql_document, *context.validation_rules, *rules())
        context.pre_execution_errors = _found(known)
        # Strawberry would run the first of several; the specification leaves no choice to a server.
        named = context._provided_operation_name is not None  # noqa: SLF001 - what was sent
        if not (named or context.pre_execution_errors or _is_single(context.graphql_document)):
            message = "The document has several operations: say which by operationName."
            context.pre_execution_errors = [GraphQLError(message)]
        yield


@lru_cache(maxsize=DEFAULT_MAXSIZE)
def _found(known: Same) -> list[GraphQLError]:
    schema, document, *rules = known.things
    return validate_document(schema, document, tuple(rules))


def _is_single(document: DocumentNode | None) -> bool:
    definitions = document.definitions if document else ()
    return sum(isinstance(node, OperationDefinitionNode) for node in definitions) <= 1
