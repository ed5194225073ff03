"""Which bearer tokens count: the setting NOTIFICATION_BEARER, and the check of a token by PyJWT.

PyJWT is imported only where the setting is there: `pip install 'notification-preferences[bearer]'`.
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
SECONDS_FOR_KEYS = 5
PAUSE = 15
"""Seconds after a failure to fetch keys in which they are not fetched again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What NOTIFICATION_BEARER says, in capitals; docs/reference/settings.md lists it."""

    issuer: str = ""
    audience: str = ""
    algorithms: tuple[str, ...] = ("RS256",)
    key: str = field(default="", repr=False)
    jwks_url: str = ""
    claim: str = "sub"
    user_field: str = ""
    leeway: int = 30


KNOWN = tuple(each.name.upper() for each in fields(Trust))


class InvalidToken(Exception):
    """A token that says nothing here; the text says why in a word, and nothing of the token."""


class KeysUnavailable(Exception):
    """The keys to check a token with could not be fetched."""


def trust() -> Trust | None:
    """Return what tokens have to say, None where none are taken. Raises ImproperlyConfigured."""
    given = getattr(settings, NAME, None)
    if not given:
        return None
    if wrong := list(mistakes(given)):
        raise ImproperlyConfigured(" ".join(wrong))
    return _read(given)


def user_of(token: str, trust: Trust) -> Any:
    """Return the active user whom a token names. Raises InvalidToken, KeysUnavailable."""
    name = _claims(token, trust)[trust.claim]
    if isinstance(name, bool) or not isinstance(name, str | int) or "\0" in str(name):
        raise InvalidToken("claim")
    users = get_user_model()
    try:
        user: Any = get(users, trust.user_field or users.USERNAME_FIELD, name, using=for_write())
    except (users.DoesNotExist, ValidationError, ValueError, OverflowError):
        raise InvalidToken("unknown user") from None
    if not user.is_active:
        raise InvalidToken("inactive user")
    return user


def _claims(token: str, trust: Trust) -> dict[str, Any]:
    import jwt  # noqa: PLC0415 - only where tokens are taken

    try:
        return jwt.decode(
            token,
            _key(token, trust),
            algorithms=trust.algorithms,
            issuer=trust.issuer,
            audience=trust.audience,
            leeway=trust.leeway,
            options={"require": ["exp", "iss", "aud", trust.claim]},
        )
    except (jwt.PyJWTError, OverflowError, RecursionError, ValueError) as error:
        raise InvalidToken(type(error).__name__) from None


def _key(token: str, trust: Trust) -> Any:
    """Return the key that fits a token: the configured one, or the one that its header names."""
    import jwt  # noqa: PLC0415

    if trust.key:
        return trust.key
    if jwt.get_unverified_header(token).get("alg") not in trust.algorithms:
        raise jwt.InvalidAlgorithmError
    keys = _keys(trust.jwks_url)
    try:
        keys.get_signing_keys()
    except (jwt.PyJWTError, OSError, ValueError) as error:
        raise KeysUnavailable(trust.jwks_url) from error
    return keys.get_signing_key_from_jwt(token)


@cache
def _keys(url: str) -> "PyJWKClient":
    """Return the client for a URL. It keeps keys for five minutes.

    It fetches them for a token with an unknown key no more than once in half a minute, and after a
    failure no sooner than PAUSE.
    """
    from jwt import PyJWKClient  # noqa: PLC0415
    from jwt.exceptions import PyJWKClientConnectionError  # noqa: PLC0415

    class Keys(PyJWKClient):
        failed_until = 0.0
        fetching = Lock()

        def fetch_data(self) -> Any:
            with self.fetching:  # requests that wait for it share its failure
                if monotonic() < self.failed_until:
                    raise PyJWKClientConnectionError("The keys could not be fetched a moment ago.")
                try:
                    return super().fetch_data()
                except Exception:
                    self.failed_until = monotonic() + PAUSE
                    raise

    return Keys(url, timeout=SECONDS_FOR_KEYS)


def mistakes(given: Any) -> Iterator[str]:
    """Yield a sentence for everything that is wrong with a value of the setting."""
    if not isinstance(given, dict):
        yield f"{NAME} must be a dictionary."
        return
    if unknown := given.keys() - KNOWN:
        yield f"{NAME} has unknown keys: {', '.join(sorted(map(repr, unknown)))}."
        return
    if not find_spec("jwt"):
        yield f"{NAME} needs PyJWT, which is not installed: pip install 'pyjwt[crypto]'."
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


def _read(given: dict[str, Any]) -> Trust:
    values = {name.lower(): value for name, value in given.items()}
    if "algorithms" in values:
        values["algorithms"] = tuple(values["algorithms"])
    return Trust(**values)


def _mistakes_of_url(value: Trust) -> Iterator[str]:
    from jwt.algorithms import requires_cryptography  # noqa: PLC0415 - those with a public key

    url = urlsplit(value.jwks_url)
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        yield f"{NAME}['JWKS_URL'] must be an https:// URL."
    if wrong := set(value.algorithms) - requires_cryptography:
        names = ", ".join(sorted(wrong))
        yield f"{NAME}['ALGORITHMS'] has algorithms without a public key: {names}."


def _mistakes_of_key(value: Trust) -> Iterator[str]:
    """Each algorithm must take the key: none can be made to take what is meant for another."""
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
