"""Expected failures: members of the mutations' unions, codes of the queries' errors."""

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


@strawberry.interface(description="Why a mutation did nothing.")
class Error:
    message: str = described("One full sentence, for a person.")


@strawberry.type(description="The request comes from nobody who is signed in.")
class NotSignedIn(Error):
    pass


@strawberry.type(description="The viewer may not do this.")
class Forbidden(Error):
    permissions: list[str] = described("Held, any one of these would allow it.")


@strawberry.type(description="Nothing with this id can be found.")
class NotFound(Error):
    id: ID = described("The id as it was sent; the beginning of a long one.")


@strawberry.type(description="One entry that cannot be used.")
class PreferenceProblem:
    index: int = described("Position in the list that was sent, from 0.")
    notification: str | None = described("The notification that the entry names.")
    backend: str | None = described("The backend that the entry names.")
    code: PreferenceProblemCode = described("What is wrong, for programs.")
    message: str = described("What is wrong and what is allowed, for people.")


@strawberry.type(description="Nothing was written. Every wrong entry is listed.")
class InvalidPreferences(Error):
    problems: list[PreferenceProblem] = described("In the order of the list that was sent.")


@strawberry.type(description="Something cannot be used as it is. Nothing was written.")
class InvalidInput(Error):
    field: str = described("The field of the input that is wrong.")


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
    """Return the `extensions.code` of an error: INTERNAL for whatever nobody expected."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        error, cause = cause, cause.original_error
    if code := (error.extensions or {}).get("code"):
        return str(code)
    if timed_out(error):
        return LIMIT_EXCEEDED
    if cause is None:  # said by graphql-core about the document or its variables
        return "BAD_USER_INPUT"
    return next((code for type_, code in _CODES.items() if isinstance(cause, type_)), "INTERNAL")


def timed_out(error: GraphQLError) -> bool:
    """Whether PostgreSQL cancelled a statement, which is how it says that it took too long."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    driver = cause.__cause__ if isinstance(cause, OperationalError) else None
    return getattr(driver, "sqlstate", None) == _QUERY_CANCELED
