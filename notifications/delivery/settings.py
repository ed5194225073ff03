"""The setting NOTIFICATION_DELIVERY: how jobs are run, and how often and how fast they try."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from notifications import dictionaries

NAME = "NOTIFICATION_DELIVERY"

QUEUES = {
    name: f"notifications.delivery.queues.{name}.put" for name in ("immediate", "tasks", "celery")
}
"""What puts a job into a queue, by the name of the queue."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is in NOTIFICATION_DELIVERY, in capitals there; docs/delivery.md has a table of it.

    Times are in seconds. `rates` maps names of backends to those between two messages.
    """

    queue: str
    rates: Mapping[str, float] = field(default_factory=dict)
    batch: int = 1_000
    attempts: int = 8
    backoff: int = 60
    backoff_limit: int = 6 * 3600
    lease: int = 300
    keep_days: int = 90


KNOWN = tuple(field.name.upper() for field in fields(Delivery))
_NUMBERS = frozenset(KNOWN) - {"QUEUE", "RATES"}
_RATE = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,4})?([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}


def delivery() -> Delivery:
    """Return what holds now. Unless a queue is named, jobs go where Django's tasks do."""
    given = getattr(settings, NAME, {})
    if wrong := list(mistakes(given)):
        raise ImproperlyConfigured(" ".join(wrong))
    values = {"QUEUE": "tasks" if hasattr(settings, "TASKS") else "immediate", **given}
    values["QUEUE"] = QUEUES.get(values["QUEUE"], values["QUEUE"])
    values["RATES"] = {name: interval(rate) for name, rate in values.get("RATES", {}).items()}
    return Delivery(**{name.lower(): value for name, value in values.items()})


def mistakes(given: Any) -> Iterator[str]:
    """Return a sentence for everything that is wrong with a value of the setting."""
    return dictionaries.mistakes(NAME, given, KNOWN, _mistake)


def _mistake(name: str, value: Any) -> str:
    if name in _NUMBERS:
        fits = type(value) is int and value > 0
        return "" if fits else "no whole number from 1"
    if name == "QUEUE":
        fits = isinstance(value, str) and (value in QUEUES or "." in value)
        return "" if fits else f"none of {', '.join(QUEUES)}, and no dotted path"
    fits = isinstance(value, dict) and all(map(_is_rate, value.values()))
    return "" if fits else "no dictionary of rates like '5/2m'"


def _is_rate(value: Any) -> bool:
    return isinstance(value, str) and _RATE.fullmatch(value) is not None


def interval(rate: str) -> float:
    """Return the seconds between two messages at a rate: 0.01 for "100/s", 24 for "5/2m"."""
    match = _RATE.fullmatch(rate)
    if match is None:
        raise ValueError(f"{rate!r} is no rate such as '100/s' or '5/2m'.")
    count, periods, unit = match.groups()
    return int(periods or 1) * _SECONDS[unit] / int(count)
