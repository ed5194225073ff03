"""Settings of the app: their values, their defaults, and the mistakes in them."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

BACKENDS, NOTIFIER_BACKENDS = "NOTIFICATION_BACKENDS", "NOTIFIER_BACKENDS"
CATALOGUES = "NOTIFICATION_CATALOGUES"
DELIVERY = "NOTIFICATION_DELIVERY"
MESSAGES = "NOTIFICATION_MESSAGES"

DEFAULT_BACKENDS = ("notifications.backends.EmailBackend",)
LEASE = 300
LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Hosts whose SITE_URL may be http:// without DEBUG, as in tests of a project in development."""
QUEUES = {
    name: f"notifications.delivery.queues.{name}.put" for name in ("immediate", "tasks", "celery")
}
"""Functions that put a job into a queue, by the name of the queue."""
MAX_QUEUE_NAME = 200
"""Characters of the names of backends and of their queues."""


def backends_setting() -> str:
    """Return the name of the setting that lists the backends, empty for the default.

    `NOTIFICATION_BACKENDS` comes before `NOTIFIER_BACKENDS`, django-notifier's name.
    """
    names = (BACKENDS, NOTIFIER_BACKENDS)
    return next((name for name in names if getattr(settings, name, None) is not None), "")


def backend_paths() -> tuple[Any, ...]:
    """Return the dotted paths of the classes of backends; e-mail if no setting lists any."""
    name = backends_setting()
    value = getattr(settings, name) if name else DEFAULT_BACKENDS
    return (value,) if isinstance(value, str) else tuple(value)


def catalogue_paths() -> tuple[Any, ...]:
    """Return the paths of the TOML files that declare notifications."""
    return tuple(getattr(settings, CATALOGUES, ()))


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """Values of NOTIFICATION_DELIVERY, under lower-case names; see docs/explanation/delivery.md.

    Times are in seconds. `intervals` are RATES: the time between two messages by the name of the
    backend. `backend_queues` maps names of backends to the queue of their jobs.
    """

    queue: str
    time_limit: float
    intervals: Mapping[str, float] = field(default_factory=dict)
    backend_queues: Mapping[str, str] = field(default_factory=dict)
    batch: int = 1_000
    attempts: int = 8
    backoff: int = 60
    backoff_limit: int = 6 * 3600
    lease: int = LEASE
    keep_days: int = 90


DELIVERY_KEYS = tuple(
    "RATES" if field.name == "intervals" else field.name.upper()
    for field in fields(DeliverySettings)
)
_INTEGERS = frozenset(DELIVERY_KEYS) - {"QUEUE", "RATES", "BACKEND_QUEUES"}
_RATE = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,4})?([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}


def delivery_settings() -> DeliverySettings:
    """Return the values of NOTIFICATION_DELIVERY. Raises ImproperlyConfigured.

    Without QUEUE, jobs run as Django's tasks or, without the setting TASKS, immediately.
    """
    given = getattr(settings, DELIVERY, {})
    if mistakes := list(delivery_mistakes(given)):
        raise ImproperlyConfigured(" ".join(mistakes))
    values = {"QUEUE": "tasks" if hasattr(settings, "TASKS") else "immediate", **given}
    values["QUEUE"] = QUEUES.get(values["QUEUE"], values["QUEUE"])
    values.setdefault("TIME_LIMIT", values.get("LEASE", LEASE) / 2)
    rates = values.pop("RATES", {})
    values["INTERVALS"] = {name: interval(rate) for name, rate in rates.items()}
    return DeliverySettings(**{name.lower(): value for name, value in values.items()})


def delivery_mistakes(given: Any) -> Iterator[str]:
    """Yield a sentence for each mistake in a value of NOTIFICATION_DELIVERY."""
    mistakes = list(dictionary_mistakes(DELIVERY, given, DELIVERY_KEYS, _delivery_requirement))
    yield from mistakes
    if not mistakes and given.get("TIME_LIMIT", 0) >= (lease := given.get("LEASE", LEASE)):
        yield (
            f"{DELIVERY}['TIME_LIMIT'] is {given['TIME_LIMIT']}. It must be below the LEASE of"
            f" {lease} seconds."
        )


def _delivery_requirement(name: str, value: Any) -> str:
    if name in _INTEGERS:
        valid = type(value) is int and value > 0
        return "" if valid else "must be a positive integer"
    if name == "QUEUE":
        valid = isinstance(value, str) and (value in QUEUES or "." in value)
        return "" if valid else f"must be one of {', '.join(QUEUES)}, or a dotted path"
    if name == "BACKEND_QUEUES":
        valid = isinstance(value, dict) and all(map(_is_name, [*value, *value.values()]))
        return "" if valid else "must be a dictionary of names of backends and names of queues"
    valid = isinstance(value, dict) and all(map(_is_rate, value.values()))
    return "" if valid else "must be a dictionary of names of backends and rates such as '5/2m'"


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_QUEUE_NAME


def _is_rate(value: Any) -> bool:
    return isinstance(value, str) and _RATE.fullmatch(value) is not None


def interval(rate: str) -> float:
    """Return the seconds between two messages at a rate: 0.01 for "100/s", 24 for "5/2m"."""
    match = _RATE.fullmatch(rate)
    if match is None:
        raise ValueError(f"{rate!r} is not a rate. Allowed: rates such as '100/s' and '5/2m'.")
    count, periods, unit = match.groups()
    return int(periods or 1) * _SECONDS[unit] / int(count)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSettings:
    """Values of NOTIFICATION_MESSAGES, under lower-case names; see docs/reference/settings.md."""

    site_url: str = ""
    site_name: str = ""
    user_language: str = ""
    unsubscribe_keys: tuple[str, ...] = ()
    unsubscribe_max_age: int | None = None
    webhook_hosts: tuple[str, ...] = ()
    webhook_timeout: int = 10
    # Services with hosts of their own: with these, no address leads into a private network.
    apprise_schemas: tuple[str, ...] = (
        "bulksms",
        "clicksend",
        "discord",
        "gchat",
        "msgbird",
        "pbul",
        "pover",
        "seven",
        "slack",
        "tgram",
        "twilio",
        "vonage",
        "whatsapp",
    )


MESSAGES_KEYS = tuple(field.name.upper() for field in fields(MessageSettings))
_LISTS = ("UNSUBSCRIBE_KEYS", "WEBHOOK_HOSTS", "APPRISE_SCHEMAS")
_UNSET: dict[str, Any] = {}
_latest: tuple[Any, bool, MessageSettings] | None = None


def message_settings() -> MessageSettings:
    """Return the values of NOTIFICATION_MESSAGES. Raises ImproperlyConfigured.

    A message needs them several times, so that they are parsed once for each object that the
    setting is.
    """
    global _latest  # noqa: PLW0603 - the setting of the process
    given, debug, latest = getattr(settings, MESSAGES, _UNSET), settings.DEBUG, _latest
    if latest is not None and latest[0] is given and latest[1] is debug:
        return latest[2]
    if mistakes := list(message_mistakes(given)):
        raise ImproperlyConfigured(" ".join(mistakes))
    values = MessageSettings(**{name.lower(): _frozen(value) for name, value in given.items()})
    _latest = (given, debug, values)
    return values


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def message_mistakes(given: Any) -> Iterator[str]:
    """Return a sentence for each mistake in a value of NOTIFICATION_MESSAGES."""
    secret = ["UNSUBSCRIBE_KEYS"]
    return dictionary_mistakes(MESSAGES, given, MESSAGES_KEYS, _message_requirement, secret=secret)


def _message_requirement(name: str, value: Any) -> str:
    if name in _LISTS:
        valid = isinstance(value, list | tuple)
        valid = valid and all(isinstance(item, str) and item for item in value)
        return "" if valid else "must be a list of strings, none of them empty"
    if name in {"UNSUBSCRIBE_MAX_AGE", "WEBHOOK_TIMEOUT"}:
        valid = type(value) is int and value > 0
        may_be_none = value is None and name == "UNSUBSCRIBE_MAX_AGE"
        return "" if valid or may_be_none else "must be a positive integer, in seconds"
    if not isinstance(value, str):
        return "must be a string"
    if name != "SITE_URL" or not value or _is_base_url(value):
        return ""
    return (
        "must be https://host or https://host/path; http:// is allowed with DEBUG, and for"
        " 127.0.0.1"
    )


def _is_base_url(value: str) -> bool:
    """Return True if a path can be appended: the URL has a scheme, a host and perhaps a path."""
    try:
        parts = urlsplit(value)
        parts.netloc.encode("idna")
    except ValueError:
        return False
    unencrypted = settings.DEBUG or parts.hostname in LOOPBACK
    schemes = {"https", "http"} if unencrypted else {"https"}
    plain = value.isprintable() and not {" ", "?", "#"} & set(value)
    anonymous = parts.username is None and parts.password is None
    return parts.scheme in schemes and bool(parts.hostname) and plain and anonymous


def dictionary_mistakes(
    setting: str,
    given: Any,
    known: Collection[str],
    requirement: Callable[[str, Any], str],
    *,
    secret: Collection[str] = (),
) -> Iterator[str]:
    """Yield a sentence for each mistake in the value of a setting that is a dictionary.

    `requirement` returns, for a known key with a wrong value, what that must be ("must be a
    positive integer"), and an empty string otherwise. Values of `secret` keys are left out.
    """
    if not isinstance(given, dict):
        yield f"{setting} is {given!r}. It must be a dictionary."
        return
    for name, value in given.items():
        if name not in known:
            yield f"{name!r} is not a known key of {setting}."
        elif required := requirement(name, value):
            if name in secret:
                yield f"{setting}[{name!r}] {required}."
            else:
                yield f"{setting}[{name!r}] is {value!r}. It {required}."
