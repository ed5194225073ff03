"""Validation within limits: the counts of a document first, then the rules, then its cost."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    ValidationRule,
    validate,
)
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from notifications.caches import Cache, IdentityKey
from notifications.configuration.cache import configuration_cache
from notifications.database.routing import for_read
from schema.conf import Limits, exposure, limits
from schema.errors import LimitExceeded
from schema.execution.documents import weigh
from schema.limits.cost import Estimate, Sizes
from schema.limits.counts import CEILING, Counter
from schema.limits.parsing import documents

USUAL = {"rows": 100, "cells": 4}
"""The size of the catalogue that `MAX_COST` is meant for, and that of an unknown one."""


def rules() -> list[type[ASTValidationRule]]:
    """Return the rules besides those of GraphQL; the same classes for equal settings."""
    limiting = limiting_rule(limits())
    return [limiting] if exposure().introspection else [limiting, NoSchemaIntrospectionCustomRule]


@lru_cache
def limiting_rule(allowed: Limits) -> type[ValidationRule]:
    """Return the rule of these limits; one class, so that caches can be keyed by it."""

    class LimitingRule(ValidationRule):
        def enter_document(self, node: DocumentNode, *_args: Any) -> None:
            """Refuse before other rules walk the document: some take quadratic time."""
            found = list(_refusals(Counter(node), allowed))
            for error in found[:-1]:
                self.report_error(error)
            for error in found[-1:]:
                raise error

    return LimitingRule


_SENTENCES = {
    "depth": "The document is {} fields deep",
    "fields": "The document asks for {} fields",
    "root_fields": "The document asks for {} fields of Query or Mutation",
    "aliases": "The document has {} aliases",
    "overlaps": "The document asks for fields or fragments again in {} pairs",
}


def _refusals(counter: Counter, allowed: Limits) -> Iterator[ValidationAbortedError]:
    for name in counter.cycles[:1]:
        yield ValidationAbortedError(f"Cannot spread fragment '{name}' within itself.")
        return
    total = counter.total()
    fits = True
    for name in ("depth", "fields", "root_fields", "aliases"):
        for error in _excess(name, getattr(total, name), getattr(allowed, f"max_{name}")):
            fits = False
            yield error
    if fits:  # so the fields are few enough for another walk
        pairs = counter.overlaps(limit=allowed.max_overlaps)
        yield from _excess("overlaps", pairs, allowed.max_overlaps)


def _excess(name: str, actual: int, most: int) -> Iterator[LimitExceeded]:
    if actual > most:
        number = f"{actual:,}" if actual < CEILING else f"at least {CEILING:,}"
        yield LimitExceeded(_SENTENCES[name].format(number), most)


class LimitingValidator(SchemaExtension):
    """Validates documents, remembers those that are valid, and refuses those that cost too much."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        assert document is not None  # noqa: S101 - Strawberry has parsed it
        schema = context.schema._schema  # noqa: SLF001 - as Strawberry's own extensions do
        known = IdentityKey(schema, document, *context.validation_rules, *rules())
        estimate = _valid.get(known)
        if estimate is None:
            errors = validated(
                schema,
                document,
                (*context.validation_rules, *rules()),
                hide_suggestions=not exposure().introspection,
            )
            context.pre_execution_errors = errors
            if not errors:
                documents.put((context.query or "", limits()), document)
                estimate = _valid.put(known, Estimate(document, schema))
        if estimate is not None:
            operation = context._provided_operation_name  # noqa: SLF001 - see below
            context.pre_execution_errors = [
                *_too_dear(estimate, context.variables or {}, operation)
            ]
        # Strawberry would run the first of several; the specification leaves no choice to a server.
        named = context._provided_operation_name is not None  # noqa: SLF001 - what was sent
        if not (named or context.pre_execution_errors or _is_single(document)):
            message = "The document has several operations: say which by operationName."
            context.pre_execution_errors = [GraphQLError(message)]
        yield


_valid: Cache[IdentityKey, Estimate] = Cache(
    "validated", share=0.04, weigh=lambda known, _estimate: weigh(known.objects[1]) // 2
)
"""Estimates of valid documents, by schema, document and rules."""


def validated(
    schema: Any, document: DocumentNode, rules: tuple[Any, ...], *, hide_suggestions: bool = False
) -> list[GraphQLError]:
    """Return the errors of a document: up to MAX_ERRORS, as each may quote much of it."""
    return validate(
        schema,
        document,
        (*rules, MaybeNullValidationRule, OneOfInputValidationRule),
        max_errors=limits().max_errors,
        hide_suggestions=hide_suggestions,
    )


def _too_dear(
    estimate: Estimate, variables: dict[str, Any], operation: str | None
) -> list[GraphQLError]:
    """Return the errors of a request that costs too much.

    If no catalogue is cached, the usual size decides first, and only a request that is too
    expensive for that reads the size of the catalogue.
    """
    latest = configuration_cache.latest()
    size = latest.configuration.size if latest else USUAL
    errors = list(_over_limit(estimate, variables, operation, size))
    if errors and latest is None:
        size = configuration_cache.current(using=for_read()).configuration.size
        errors = list(_over_limit(estimate, variables, operation, size))
    return errors


def _over_limit(
    estimate: Estimate, variables: dict[str, Any], operation: str | None, size: Sizes
) -> Iterator[GraphQLError]:
    # A larger catalogue makes the ordinary query dearer, too.
    growth = max(1, size["rows"] * size["cells"] / (USUAL["rows"] * USUAL["cells"]))
    most = int(limits().max_cost * growth)
    try:
        cost = estimate.cost(variables, size, operation)
    except LimitExceeded as error:
        yield error
        return
    if cost > most:
        yield LimitExceeded(f"The request has an estimated cost of {cost:,}", most)


def _is_single(document: DocumentNode) -> bool:
    return sum(isinstance(node, OperationDefinitionNode) for node in document.definitions) <= 1
