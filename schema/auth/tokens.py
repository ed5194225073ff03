"""Bearer tokens: the setting NOTIFICATION_BEARER, and the verification of a token by PyJWT.

PyJWT is imported only if the setting is present: `pip install 'notification-preferences[bearer]'`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.util import find_spec
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ValidationError

from notifications.database.prepared import get
from notifications.database.routing import for_write

if TYPE_CHECKING:
    from jwt import PyJWKClient

NAME = "NOTIFICATION_BEARER"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
FETCH_TIMEOUT = 5
"""Seconds that a request for keys may take."""
PAUSE = 15
"""Seconds after a failure to fetch keys before they are fetched again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerSettings:
    """Values of NOTIFICATION_BEARER; docs/reference/settings.md lists them."""

    issuer: str = ""
    audience: str = ""
    algorithms: tuple[str, ...] = ("RS256",)
    key: str = field(default="", repr=False)
    jwks_url: str = ""
    claim: str = "sub"
    user_field: str = ""
    leeway: int = 30


KNOWN = tuple(each.name.upper() for each in fields(BearerSettings))


class InvalidToken(Exception):
    """A token is refused. The text is the reason for the log, without any part of the token."""


class KeysUnavailable(Exception):
    """The keys that verify tokens could not be fetched."""


def bearer_settings() -> BearerSettings | None:
    """Return the setting, None if tokens are not accepted. Raises ImproperlyConfigured."""
    given = getattr(settings, NAME, None)
    if not given:
        return None
    if wrong := list(mistakes(given)):
        raise ImproperlyConfigured(" ".join(wrong))
    return _read(given)


def user_of(token: str, trusted: BearerSettings) -> Any:
    """Return the active user that a token names. Raises InvalidToken, KeysUnavailable."""
    name = _claims(token, trusted)[trusted.claim]
    if isinstance(name, bool) or not isinstance(name, str | int) or "\0" in str(name):
        raise InvalidToken("claim")
    users = get_user_model()
    try:
        user: Any = get(users, trusted.user_field or users.USERNAME_FIELD, name, using=for_write())
    except (users.DoesNotExist, ValidationError, ValueError, OverflowError):
        raise InvalidToken("unknown user") from None
    if not user.is_active:
        raise InvalidToken("inactive user")
    return user


def _claims(token: str, trusted: BearerSettings) -> dict[str, Any]:
    import jwt  # noqa: PLC0415 - an optional dependency

    try:
        return jwt.decode(
            token,
            _key(token, trusted),
            algorithms=trusted.algorithms,
            issuer=trusted.issuer,
            audience=trusted.audience,
            leeway=trusted.leeway,
            options={"require": ["exp", "iss", "aud", trusted.claim]},
        )
    except (jwt.PyJWTError, OverflowError, RecursionError, ValueError) as error:
        raise InvalidToken(type(error).__name__) from None


def _key(token: str, trusted: BearerSettings) -> Any:
    """Return the key that verifies a token: KEY, or the published key that its header names."""
    import jwt  # noqa: PLC0415

    if trusted.key:
        return trusted.key
    if jwt.get_unverified_header(token).get("alg") not in trusted.algorithms:
        raise jwt.InvalidAlgorithmError
    keys = _keys(trusted.jwks_url)
    try:
        keys.get_signing_keys()
    except (jwt.PyJWTError, OSError, ValueError) as error:
        raise KeysUnavailable(trusted.jwks_url) from error
    return keys.get_signing_key_from_jwt(token)


@cache
def _keys(url: str) -> "PyJWKClient":
    """Return the client for a URL, which caches keys for five minutes.

    For tokens with an unknown key, it fetches keys at most once in 30 seconds; after a failure, not
    before PAUSE has passed.
    """
    from jwt import PyJWKClient  # noqa: PLC0415
    from jwt.exceptions import PyJWKClientConnectionError  # noqa: PLC0415

    class Keys(PyJWKClient):
        failed_until = 0.0
        fetching = Lock()

        def fetch_data(self) -> Any:
            with self.fetching:  # requests that wait for it share its result
                if monotonic() < self.failed_until:
                    raise PyJWKClientConnectionError("Fetching keys failed a moment ago.")
                try:
                    return super().fetch_data()
                except Exception:
                    self.failed_until = monotonic() + PAUSE
                    raise

    return Keys(url, timeout=FETCH_TIMEOUT)


def mistakes(given: Any) -> Iterator[str]:
    """Yield a sentence for each mistake in a value of the setting."""
    if not isinstance(given, dict):
        yield f"{NAME} must be a dictionary."
        return
    if unknown := given.keys() - KNOWN:
        yield f"{NAME} has unknown keys: {', '.join(sorted(map(repr, unknown)))}."
        return
    if not find_spec("jwt"):
        yield f"{NAME} needs PyJWT: pip install 'notification-preferences[bearer]'."
        return
    value = _read(given)
    for name in ("ISSUER", "AUDIENCE", "ALGORITHMS", "CLAIM"):
        if not getattr(value, name.lower()):
            yield f"{NAME} needs the key {name!r}."
    if bool(value.key) == bool(value.jwks_url):
        yield f"{NAME} needs one of the keys 'KEY' and 'JWKS_URL'."
    elif value.jwks_url:
        yield from _mistakes_of_url(value)
    else:
        yield from _mistakes_of_key(value)
    yield from _mistakes_of_field(value.user_field)


def _read(given: dict[str, Any]) -> BearerSettings:
    values = {name.lower(): value for name, value in given.items()}
    if "algorithms" in values:
        values["algorithms"] = tuple(values["algorithms"])
    return BearerSettings(**values)


def _mistakes_of_url(value: BearerSettings) -> Iterator[str]:
    from jwt.algorithms import requires_cryptography  # noqa: PLC0415 - algorithms with a public key

    url = urlsplit(value.jwks_url)
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        yield f"{NAME}['JWKS_URL'] must be an https:// URL."
    if wrong := set(value.algorithms) - requires_cryptography:
        names = ", ".join(sorted(wrong))
        yield f"{NAME}['ALGORITHMS'] has algorithms without a public key: {names}."


def _mistakes_of_key(value: BearerSettings) -> Iterator[str]:
    """Yield a sentence for each algorithm that the key does not fit, or is too weak for."""
    import jwt  # noqa: PLC0415

    if "PRIVATE KEY" in value.key:
        yield f"{NAME}['KEY'] is a private key. Give the public one."
    for name in value.algorithms:
        try:
            algorithm = jwt.get_algorithm_by_name(name)
            weakness = algorithm.check_key_length(algorithm.prepare_key(value.key))
        except (NotImplementedError, TypeError, ValueError, jwt.InvalidKeyError):
            yield f"{NAME}['KEY'] is not a key for the algorithm {name!r}."
        else:
            if weakness or name == "none":
                yield f"{NAME}['KEY'] is too weak for the algorithm {name!r}."


def _mistakes_of_field(name: str) -> Iterator[str]:
    users = get_user_model()
    try:
        unique = getattr(users._meta.get_field(name or users.USERNAME_FIELD), "unique", False)
    except FieldDoesNotExist:
        yield f"{NAME}['USER_FIELD'] is {name!r}, which is not a field of the user model."
    else:
        if not unique:
            yield f"{NAME}['USER_FIELD'] is {name!r}, which is not unique."
