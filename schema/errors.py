"""Expected failures: members of the mutations' unions, codes of the queries' errors."""

from collections.abc import Mapping
from typing import Any

import strawberry
from django.db import OperationalError
from graphql import GraphQLError
from strawberry import ID, ExceptionHandler

from notifications import errors
from schema.catalogue.types import described
from schema.enums import PreferenceProblemCode
from schema.limits.bounds import LIMIT_EXCEEDED, brief


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
        return NotSignedIn(message=brief(str(exception)))


class ForbiddenHandler(ExceptionHandler[errors.Forbidden, Forbidden]):
    def handle(self, exception: errors.Forbidden, **_: Any) -> Forbidden:
        return Forbidden(message=brief(str(exception)), permissions=list(exception.permissions))


class NotFoundHandler(ExceptionHandler[errors.NotFound, NotFound]):
    def handle(self, exception: errors.NotFound, **_: Any) -> NotFound:
        return NotFound(message=brief(str(exception)), id=ID(brief(exception.id)))


class InvalidPreferencesHandler(ExceptionHandler[errors.InvalidPreferences, InvalidPreferences]):
    def handle(self, exception: errors.InvalidPreferences, **_: Any) -> InvalidPreferences:
        count = len(exception.problems)
        entries = "1 entry is" if count == 1 else f"{count} entries are"
        return InvalidPreferences(
            message=f"Nothing was written: {entries} wrong.",
            problems=[
                PreferenceProblem(
                    index=problem.index,
                    notification=problem.notification and brief(problem.notification),
                    backend=problem.backend and brief(problem.backend),
                    code=problem.code,
                    message=brief(problem.message),
                )
                for problem in exception.problems
            ],
        )


class InvalidInputHandler(ExceptionHandler[errors.InvalidInput, InvalidInput]):
    def handle(self, exception: errors.InvalidInput, **_: Any) -> InvalidInput:
        return InvalidInput(message=brief(str(exception)), field=exception.field)


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
