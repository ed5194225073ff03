"""The setting NOTIFICATION_DELIVERY: how jobs are run, and how often and how fast they try."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from notifications import dictionaries

NAME = "NOTIFICATION_DELIVERY"

LEASE = 300

QUEUES = {
    name: f"notifications.delivery.queues.{name}.put" for name in ("immediate", "tasks", "celery")
}
"""Functions that put a job into a queue, by the name of the queue."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Values of NOTIFICATION_DELIVERY, under lower-case names; see docs/explanation/delivery.md.

    Times are in seconds. `rates` maps names of backends to the interval between two messages,
    `backend_queues` to the queue of their jobs.
    """

    queue: str
    time_limit: float
    rates: Mapping[str, float] = field(default_factory=dict)
    backend_queues: Mapping[str, str] = field(default_factory=dict)
    batch: int = 1_000
    attempts: int = 8
    backoff: int = 60
    backoff_limit: int = 6 * 3600
    lease: int = LEASE
    keep_days: int = 90


LONGEST_QUEUE = 200
"""Characters of the names of backends and of their queues."""
KNOWN = tuple(field.name.upper() for field in fields(Delivery))
_NUMBERS = frozenset(KNOWN) - {"QUEUE", "RATES", "BACKEND_QUEUES"}
_RATE = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,4})?([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}


def delivery() -> Delivery:
    """Return the current values. Without QUEUE, jobs go where Django's tasks do."""
    given = getattr(settings, NAME, {})
    if wrong := list(mistakes(given)):
        raise ImproperlyConfigured(" ".join(wrong))
    values = {"QUEUE": "tasks" if hasattr(settings, "TASKS") else "immediate", **given}
    values["QUEUE"] = QUEUES.get(values["QUEUE"], values["QUEUE"])
    values.setdefault("TIME_LIMIT", values.get("LEASE", LEASE) / 2)
    values["RATES"] = {name: interval(rate) for name, rate in values.get("RATES", {}).items()}
    return Delivery(**{name.lower(): value for name, value in values.items()})


def mistakes(given: Any) -> Iterator[str]:
    """Yield a sentence for each mistake in a value of the setting."""
    found = list(dictionaries.mistakes(NAME, given, KNOWN, _mistake))
    yield from found
    if not found and given.get("TIME_LIMIT", 0) >= (lease := given.get("LEASE", LEASE)):
        yield (
            f"{NAME}['TIME_LIMIT'] is {given['TIME_LIMIT']}, which is not below the LEASE of"
            f" {lease} seconds."
        )


def _mistake(name: str, value: Any) -> str:
    if name in _NUMBERS:
        fits = type(value) is int and value > 0
        return "" if fits else "no whole number from 1"
    if name == "QUEUE":
        fits = isinstance(value, str) and (value in QUEUES or "." in value)
        return "" if fits else f"none of {', '.join(QUEUES)}, and no dotted path"
    if name == "BACKEND_QUEUES":
        fits = isinstance(value, dict) and all(map(_is_name, [*value, *value.values()]))
        return "" if fits else "no dictionary of names of backends and of queues"
    fits = isinstance(value, dict) and all(map(_is_rate, value.values()))
    return "" if fits else "no dictionary of rates like '5/2m'"


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_QUEUE


def _is_rate(value: Any) -> bool:
    return isinstance(value, str) and _RATE.fullmatch(value) is not None


def interval(rate: str) -> float:
    """Return the seconds between two messages at a rate: 0.01 for "100/s", 24 for "5/2m"."""
    match = _RATE.fullmatch(rate)
    if match is None:
        raise ValueError(f"{rate!r} is no rate such as '100/s' or '5/2m'.")
    count, periods, unit = match.groups()
    return int(periods or 1) * _SECONDS[unit] / int(count)
