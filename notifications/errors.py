"""Expected failures. Each says what was wrong and what is allowed, and carries its data."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

MOST_MISTAKES = 12
"""Mistakes that an error message names."""
LONGEST_TEXT = 200
"""Characters of a wrong value in an error message."""


class ProblemCode(StrEnum):
    """Why one entry of a list of preferences cannot be used."""

    UNKNOWN_NOTIFICATION = "UNKNOWN_NOTIFICATION"
    UNKNOWN_BACKEND = "UNKNOWN_BACKEND"
    BACKEND_NOT_ALLOWED = "BACKEND_NOT_ALLOWED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    REQUIRED = "REQUIRED"
    DUPLICATE = "DUPLICATE"
    TOO_MANY = "TOO_MANY"
    NOT_A_BOOLEAN = "NOT_A_BOOLEAN"


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong entry; `index` is its position in the list that was handed over, from 0."""

    index: int
    code: ProblemCode
    message: str
    notification: str | None = None
    backend: str | None = None


class InvalidPreferences(ValueError):
    """Nothing was written, because of `problems`: every wrong entry, in the order of the list."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "Nothing was written. " + " ".join(problem.message for problem in self.problems)
        )


class PreferencesDenied(InvalidPreferences, PermissionDenied):
    """As `InvalidPreferences`, where at least one entry fails for want of a permission."""


class UnknownNotification(ObjectDoesNotExist):
    """No notification has this `name`. Raised as `models.NotificationDoesNotExist`."""

    def __init__(self, name: object, *, known: Iterable[str]) -> None:
        self.name = name
        super().__init__(f"There is no notification named {name!r}. {one_of(known)}")


class InvalidNotification(ValueError):
    """`mistakes`: one sentence for each mistake in a notification's definition."""

    def __init__(self, name: object, mistakes: Iterable[str]) -> None:
        self.name = name
        self.mistakes = tuple(mistakes)
        super().__init__(f"Notification {name!r} was not written. " + " ".join(self.mistakes))


class InvalidBackend(ValueError):
    """`mistakes`: one sentence for each text of a backend that cannot be stored."""

    def __init__(self, name: object, mistakes: Iterable[str]) -> None:
        self.name = name
        self.mistakes = tuple(mistakes)
        super().__init__(f"Backend {name!r} was not written. " + " ".join(self.mistakes))


class InvalidCatalogue(ValueError):
    """`mistakes`: a line for every mistake, each beginning with its place. Nothing was written."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("The catalogue was not loaded:\n" + "\n".join(self.mistakes))


class WrongSubject(TypeError):
    """`given` cannot have preferences here."""

    def __init__(self, given: object, *, allowed: str) -> None:
        self.given = given
        super().__init__(f"{text_of(given)} cannot have preferences here. Allowed: {allowed}.")


class DeliveryFailed(Exception):
    """A backend could not deliver. `permanent`: nor will it later, so that nobody tries again."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        self.permanent = permanent
        super().__init__(message)


class NoAddress(DeliveryFailed):
    """The user has no address for a backend: nothing is wrong with the delivery itself."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class BackendLeft(ImportError):
    """The setting no longer lists a class with the name of this backend."""

    def __init__(self, backend: str, *, setting: str) -> None:
        super().__init__(
            f"The backend {backend!r} is no longer in {setting}, and delivers nothing.",
            name=backend,
        )


class InvalidInput(ValueError):
    """What was given as `field` cannot be used. Nothing was written."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(f"{field!r} cannot be used. {reason}")


class WrongRecipient(WrongSubject):
    """`given` cannot be sent anything."""

    def __init__(self, given: object, *, allowed: str = "") -> None:
        self.given = given
        allowed = allowed or (
            "a saved user, an iterable of saved users, or EVERYBODY by itself for the whole"
            " audience"
        )
        TypeError.__init__(
            self, f"{text_of(given)} cannot be sent a notification. Allowed: {allowed}."
        )


class InvalidContext(ValueError):
    """`mistakes`: all values and names in a context that cannot be used."""

    def __init__(self, mistakes: Iterable[str], *, reserved: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        named, rest = self.mistakes[:MOST_MISTAKES], len(self.mistakes) - MOST_MISTAKES
        listed = "; ".join(named) + (f"; and {rest} more mistakes" if rest > 0 else "")
        super().__init__(
            f"Nothing was queued: {listed}. Allowed: text, numbers, True, False,"
            " None, dates, times, datetimes, timedeltas, Decimals, UUIDs, and lists and"
            f" dictionaries of these, under any names but {', '.join(reserved)}. Instead of a model"
            " instance, pass its primary key or the values that the template needs."
        )


class InvalidKey(ValueError):
    """`key` cannot be used for this call. Nothing was queued."""

    def __init__(self, key: object, *, longest: int) -> None:
        self.key = key
        super().__init__(
            f"Nothing was queued: the key is {text_of(key)}. Allowed: None, or 1 to {longest}"
            " characters, without NUL and lone surrogates."
        )


class UsedKey(InvalidKey):
    """`key` belongs to an earlier call for the notification, which had another context."""

    def __init__(self, key: str, *, notification: str) -> None:
        self.key = key
        ValueError.__init__(
            self,
            f"Nothing was queued: the key {key!r} was used for {notification!r} with another"
            " context. Allowed: the same context, which sends nothing again, or another key.",
        )


class NotSignedIn(PermissionDenied):
    def __init__(self) -> None:
        super().__init__("This needs a signed-in user. Sign in and try again.")


class Forbidden(PermissionDenied):
    """`permissions`: held, any one of these would have allowed it."""

    def __init__(self, permissions: Iterable[str]) -> None:
        self.permissions = tuple(permissions)
        super().__init__(f"You may not do this; it takes {' or '.join(self.permissions)}.")


class InvalidAddress(ValueError):
    """An address that a backend cannot, or may not, deliver to. Nothing was written."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The address was not written. {reason}")


class UnknownLink(ObjectDoesNotExist):
    """A link that names nothing, was never signed here, or counts no more: nobody is told which."""

    def __init__(self) -> None:
        super().__init__("This link does not work.")


class NotFound(ObjectDoesNotExist):
    """`id`: the identifier as it was given."""

    def __init__(self, id: str) -> None:  # noqa: A002 - the contract's word
        self.id = id
        super().__init__(f"Nothing with the id {id!r} can be found here.")


def text_of(value: object) -> str:
    """Return the repr of a value, shortened, for an error message. Raises nothing."""
    try:
        text = "AnonymousUser" if getattr(value, "is_anonymous", False) is True else repr(value)
    except Exception:  # noqa: BLE001 - a caller's class may raise anything
        text = f"a value of the type {type(value).__name__}"
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def one_of(names: Iterable[str], *, shown: int = 12) -> str:
    """What is allowed, as a sentence that stays readable when a lot is."""
    known = list(names)
    if not known:
        return "None can be chosen."
    rest = len(known) - shown
    return "Allowed: " + ", ".join(known[:shown]) + (f" and {rest} more." if rest > 0 else ".")
