"""Validation of documents: first their counts, then the rules of GraphQL, then the cost."""

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
from schema.limits.counts import CEILING, DocumentCounts
from schema.limits.parsing import documents

DEFAULT_SIZE = {"rows": 100, "cells": 4}
"""Size of the catalogue that `MAX_COST` is meant for, used while the real size is unknown."""


def rules() -> list[type[ASTValidationRule]]:
    """Return the rules besides those of GraphQL; the identical classes for equal settings."""
    limit_rule = limit_rule_of(limits())
    if exposure().introspection:
        return [limit_rule]
    return [limit_rule, NoSchemaIntrospectionCustomRule]


@lru_cache
def limit_rule_of(allowed: Limits) -> type[ValidationRule]:
    """Return the rule for these limits: one class, so that it can be part of cache keys."""

    class LimitRule(ValidationRule):
        def enter_document(self, node: DocumentNode, *_args: Any) -> None:
            """Raise before other rules visit the document: some take quadratic time."""
            errors = list(_count_errors(DocumentCounts(node), allowed))
            for error in errors[:-1]:
                self.report_error(error)
            for error in errors[-1:]:
                raise error

    return LimitRule


_EXCESSES = {
    "depth": "The document is {} fields deep",
    "fields": "The document selects {} fields",
    "root_fields": "The document selects {} fields of Query or Mutation",
    "aliases": "The document has {} aliases",
    "overlaps": "The document has {} pairs of overlapping fields or fragments",
}


def _count_errors(counts: DocumentCounts, allowed: Limits) -> Iterator[ValidationAbortedError]:
    for name in counts.cycles[:1]:  # the counts would be infinite
        yield ValidationAbortedError(f"Cannot spread fragment '{name}' within itself.")
        return
    total = counts.total()
    fits = True
    for name in ("depth", "fields", "root_fields", "aliases"):
        for error in _excess(name, getattr(total, name), getattr(allowed, f"max_{name}")):
            fits = False
            yield error
    if fits:  # so the fields are few enough for another walk
        pairs = counts.overlaps(limit=allowed.max_overlaps)
        yield from _excess("overlaps", pairs, allowed.max_overlaps)


def _excess(name: str, actual: int, limit: int) -> Iterator[LimitExceeded]:
    if actual > limit:
        number = f"{actual:,}" if actual < CEILING else f"at least {CEILING:,}"
        yield LimitExceeded(_EXCESSES[name].format(number), limit)


class LimitingValidator(SchemaExtension):
    """Validates documents, caches valid ones, and refuses requests that are too expensive."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        assert document is not None  # noqa: S101 - Strawberry has parsed it
        errors, estimate = self._validate(document)
        # The name as it was sent: Strawberry replaces None by the first operation.
        operation = context._provided_operation_name  # noqa: SLF001
        if estimate is not None:
            errors = _cost_errors(estimate, context.variables or {}, operation)
        if not (operation is not None or errors or _is_single(document)):
            message = "The document has several operations. Select one by operationName."
            errors = [GraphQLError(message)]
        context.pre_execution_errors = errors
        yield

    def _validate(self, document: DocumentNode) -> tuple[list[GraphQLError], Estimate | None]:
        """Return the errors of a document, or the estimate of a valid one, which is cached."""
        context = self.execution_context
        schema = context.schema._schema  # noqa: SLF001 - as Strawberry's own extensions do
        all_rules = (*context.validation_rules, *rules())
        key = IdentityKey(schema, document, *all_rules)
        if estimate := _estimates.get(key):
            return [], estimate
        hide = not exposure().introspection
        if errors := validate_document(schema, document, all_rules, hide_suggestions=hide):
            return errors, None
        documents.put((context.query or "", limits()), document)
        return [], _estimates.put(key, Estimate(document, schema))


_estimates: Cache[IdentityKey, Estimate] = Cache(
    "validated", share=0.04, weigh=lambda key, _estimate: weigh(key.objects[1]) // 2
)
"""Estimates of valid documents, by schema, document and rules."""


def validate_document(
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


def _cost_errors(
    estimate: Estimate, variables: dict[str, Any], operation: str | None
) -> list[GraphQLError]:
    """Return the errors of a request that is too expensive.

    If no catalogue is cached, the size is read from the database only for requests that are too
    expensive for a catalogue of the default size.
    """
    latest = configuration_cache.latest()
    size = latest.configuration.size if latest else DEFAULT_SIZE
    errors = list(_cost_excess(estimate, variables, operation, size))
    if errors and latest is None:
        size = configuration_cache.current(using=for_read()).configuration.size
        errors = list(_cost_excess(estimate, variables, operation, size))
    return errors


def _cost_excess(
    estimate: Estimate, variables: dict[str, Any], operation: str | None, size: Sizes
) -> Iterator[GraphQLError]:
    # A larger catalogue makes the ordinary query more expensive, too.
    growth = size["rows"] * size["cells"] / (DEFAULT_SIZE["rows"] * DEFAULT_SIZE["cells"])
    limit = int(limits().max_cost * max(1, growth))
    try:
        cost = estimate.cost(variables, size, operation)
    except LimitExceeded as error:
        yield error
        return
    if cost > limit:
        yield LimitExceeded(f"The request has an estimated cost of {cost:,}", limit)


def _is_single(document: DocumentNode) -> bool:
    return sum(isinstance(node, OperationDefinitionNode) for node in document.definitions) <= 1
