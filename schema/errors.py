"""Errors of the API: members of the mutations' unions, exception handlers, and codes."""

from collections.abc import Mapping
from typing import Any

import strawberry
from django.db import OperationalError
from graphql import GraphQLError
from graphql.validation.validate import ValidationAbortedError
from strawberry import ID, ExceptionHandler

from notifications import errors
from schema.enums import PreferenceProblemCode
from schema.fields import described

LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
"""Code of a request that exceeds a limit, whenever that is found."""
RATE_LIMITED = "RATE_LIMITED"
"""Code of a request that may be sent again after `extensions.retryAfter` seconds."""
MAX_LENGTH = 500
"""Characters of an error's message, and of a text that it quotes."""


def truncate(text: str) -> str:
    """Return the text, cut off after `MAX_LENGTH` characters."""
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]} …"


class LimitExceeded(ValidationAbortedError):
    """A limit on requests is exceeded. Raised during validation, it skips the other rules."""

    def __init__(self, excess: str, allowed: int) -> None:
        super().__init__(f"{excess}; allowed: {allowed:,}.", extensions={"code": LIMIT_EXCEEDED})


@strawberry.interface(description="Error of a mutation, which has written nothing.")
class Error:
    message: str = described("Message for people, in one sentence.")


@strawberry.type(description="The request is anonymous.")
class NotSignedIn(Error):
    pass


@strawberry.type(description="The viewer lacks a permission.")
class Forbidden(Error):
    permissions: list[str] = described("Any one of these permissions is sufficient.")


@strawberry.type(description="No object has this ID, or the viewer may not see it.")
class NotFound(Error):
    id: ID = described("ID in the input, truncated if it is long.")


@strawberry.type(description="Mistake in one entry of the input.")
class PreferenceProblem:
    index: int = described("Index of the entry in the input, from 0.")
    notification: str | None = described("Name of the notification in the entry.")
    backend: str | None = described("Name of the backend in the entry.")
    code: PreferenceProblemCode = described("Kind of mistake, for programs.")
    message: str = described("Mistake and allowed values, for people.")


@strawberry.type(description="Entries of the input are wrong. All of them are listed.")
class InvalidPreferences(Error):
    problems: list[PreferenceProblem] = described("Mistakes, in the order of the input.")


@strawberry.type(description="A field of the input is wrong.")
class InvalidInput(Error):
    field: str = described("Name of the field.")


class NotSignedInHandler(ExceptionHandler[errors.NotSignedIn, NotSignedIn]):
    def handle(self, exception: errors.NotSignedIn, **_: Any) -> NotSignedIn:
        return NotSignedIn(message=truncate(str(exception)))


class ForbiddenHandler(ExceptionHandler[errors.Forbidden, Forbidden]):
    def handle(self, exception: errors.Forbidden, **_: Any) -> Forbidden:
        return Forbidden(message=truncate(str(exception)), permissions=list(exception.permissions))


class NotFoundHandler(ExceptionHandler[errors.NotFound, NotFound]):
    def handle(self, exception: errors.NotFound, **_: Any) -> NotFound:
        return NotFound(message=truncate(str(exception)), id=ID(truncate(exception.id)))


class InvalidPreferencesHandler(ExceptionHandler[errors.InvalidPreferences, InvalidPreferences]):
    def handle(self, exception: errors.InvalidPreferences, **_: Any) -> InvalidPreferences:
        count = len(exception.problems)
        entries = "1 entry is" if count == 1 else f"{count} entries are"
        return InvalidPreferences(
            message=f"Nothing was written: {entries} wrong.",
            problems=[
                PreferenceProblem(
                    index=problem.index,
                    notification=problem.notification and truncate(problem.notification),
                    backend=problem.backend and truncate(problem.backend),
                    code=problem.code,
                    message=truncate(problem.message),
                )
                for problem in exception.problems
            ],
        )


class InvalidInputHandler(ExceptionHandler[errors.InvalidInput, InvalidInput]):
    def handle(self, exception: errors.InvalidInput, **_: Any) -> InvalidInput:
        return InvalidInput(message=truncate(str(exception)), field=exception.field)


HANDLERS = (
    NotSignedInHandler(),
    ForbiddenHandler(),
    NotFoundHandler(),
    InvalidPreferencesHandler(),
    InvalidInputHandler(),
)

_QUERY_CANCELED = "57014"
_CODES: Mapping[type[Exception], str] = {
    errors.NotSignedIn: "UNAUTHENTICATED",
    errors.Forbidden: "FORBIDDEN",
    errors.NotFound: "NOT_FOUND",
    errors.UnknownNotification: "NOT_FOUND",
    errors.InvalidInput: "BAD_USER_INPUT",
    errors.InvalidPreferences: "BAD_USER_INPUT",
}


def code_of(error: GraphQLError) -> str:
    """Return the `extensions.code` of an error, INTERNAL for an unexpected one."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        error, cause = cause, cause.original_error
    if code := (error.extensions or {}).get("code"):
        return str(code)
    if timed_out(error):
        return LIMIT_EXCEEDED
    if cause is None:  # an error of graphql-core in the document or its variables
        return "BAD_USER_INPUT"
    return next((code for type_, code in _CODES.items() if isinstance(cause, type_)), "INTERNAL")


def timed_out(error: GraphQLError) -> bool:
    """Return True if PostgreSQL cancelled a statement because of its time limit."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    driver = cause.__cause__ if isinstance(cause, OperationalError) else None
    return getattr(driver, "sqlstate", None) == _QUERY_CANCELED
