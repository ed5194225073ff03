"""Expected failures. Messages say what is wrong and what is allowed; attributes have the data."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

MOST_MISTAKES = 12
"""Number of mistakes that an error message lists."""
LONGEST_TEXT = 200
"""Characters of a wrong value in an error message."""


class ProblemCode(StrEnum):
    """Reason why one entry of a list of preferences is invalid."""

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
    """One invalid entry; `index` is its position in the list of the call, from 0."""

    index: int
    code: ProblemCode
    message: str
    notification: str | None = None
    backend: str | None = None


class InvalidPreferences(ValueError):
    """At least one entry is invalid, and nothing was written.

    `problems` has every invalid entry, in the order of the list.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "Nothing was written. " + " ".join(problem.message for problem in self.problems)
        )


class PreferencesDenied(InvalidPreferences, PermissionDenied):
    """`InvalidPreferences` with at least one entry that requires a missing permission."""


class UnknownNotification(ObjectDoesNotExist):
    """No notification has this `name`. Raised as `models.NotificationDoesNotExist`."""

    def __init__(self, name: object, *, known: Iterable[str]) -> None:
        self.name = name
        super().__init__(f"There is no notification named {name!r}. {one_of(known)}")


class InvalidNotification(ValueError):
    """A definition of a notification is invalid. `mistakes` has a sentence for each mistake."""

    def __init__(self, name: object, mistakes: Iterable[str]) -> None:
        self.name = name
        self.mistakes = tuple(mistakes)
        super().__init__(f"Notification {name!r} was not written. " + " ".join(self.mistakes))


class InvalidBackend(ValueError):
    """Texts of a backend are invalid. `mistakes` has a sentence for each mistake."""

    def __init__(self, name: object, mistakes: Iterable[str]) -> None:
        self.name = name
        self.mistakes = tuple(mistakes)
        super().__init__(f"Backend {name!r} was not written. " + " ".join(self.mistakes))


class InvalidCatalogue(ValueError):
    """A catalogue is invalid, and nothing was written.

    `mistakes` has a line for each mistake, which begins with the file or module and the line.
    """

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("The catalogue was not loaded:\n" + "\n".join(self.mistakes))


class WrongSubject(TypeError):
    """`given` cannot have preferences."""

    def __init__(self, given: object, *, allowed: str) -> None:
        self.given = given
        super().__init__(f"{text_of(given)} cannot have preferences. Allowed: {allowed}.")


class DeliveryFailed(Exception):
    """A backend could not deliver. A `permanent` failure is not retried."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        self.permanent = permanent
        super().__init__(message)


class NoAddress(DeliveryFailed):
    """The user has no address for the backend. The failure is permanent."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class BackendNotListed(ImportError):
    """The setting no longer lists a class with the name of this backend."""

    def __init__(self, backend: str, *, setting: str) -> None:
        super().__init__(
            f"The backend {backend!r} is no longer in {setting}, and delivers nothing.",
            name=backend,
        )


BackendLeft = BackendNotListed
"""Former name."""


class InvalidInput(ValueError):
    """The value of `field` cannot be used. Nothing was written."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(f"{field!r} cannot be used. {reason}")


class WrongRecipient(WrongSubject):
    """`given` cannot receive notifications."""

    def __init__(self, given: object, *, allowed: str = "") -> None:
        self.given = given
        allowed = allowed or (
            "a saved user, an iterable of saved users, or EVERYBODY by itself for the whole"
            " audience"
        )
        TypeError.__init__(
            self, f"{text_of(given)} cannot receive notifications. Allowed: {allowed}."
        )


class InvalidContext(ValueError):
    """A context is invalid. `mistakes` has all values and names that cannot be used."""

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
        super().__init__("You are not signed in. Sign in and try again.")


class Forbidden(PermissionDenied):
    """A permission is missing. Any one of `permissions` is sufficient."""

    def __init__(self, permissions: Iterable[str]) -> None:
        self.permissions = tuple(permissions)
        super().__init__(f"You do not have permission. Required: {' or '.join(self.permissions)}.")


class InvalidAddress(ValueError):
    """The backend cannot or may not deliver to the address. Nothing was written."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The address was not written. {reason}")


class UnknownLink(ObjectDoesNotExist):
    """The link is forged or expired, or its user or notification does not exist."""

    def __init__(self) -> None:
        super().__init__("This link is not valid.")


class NotFound(ObjectDoesNotExist):
    """No object has this `id`, or the viewer may not know of it."""

    def __init__(self, id: str) -> None:  # noqa: A002 - the name in the API
        self.id = id
        super().__init__(f"No object with the ID {id!r} was found.")


def text_of(value: object) -> str:
    """Return the repr of a value, shortened, for an error message. Raises nothing."""
    try:
        text = "AnonymousUser" if getattr(value, "is_anonymous", False) is True else repr(value)
    except Exception:  # noqa: BLE001 - a caller's class may raise anything
        text = f"a value of the type {type(value).__name__}"
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def one_of(names: Iterable[str], *, limit: int = 12) -> str:
    """Return the allowed names as a sentence, with at most `limit` of them."""
    known = list(names)
    if not known:
        return "Allowed: none."
    rest = len(known) - limit
    return "Allowed: " + ", ".join(known[:limit]) + (f" and {rest} more." if rest > 0 else ".")
