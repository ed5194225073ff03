"""System checks of NOTIFICATION_DELIVERY against existing backends and queues."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's name
from django.db import DatabaseError
from django.utils.module_loading import import_string

from notifications import conf
from notifications.catalogue.files import read_files
from notifications.catalogue.specs import backends_in_settings
from notifications.database.routing import for_read
from notifications.errors import InvalidCatalogue, one_of
from notifications.models import Backend


def check_queues(**_kwargs: Any) -> list[CheckMessage]:
    """Report queues of backends that are missing in the setting TASKS."""
    setting = _setting()
    if setting is None or setting.queue != conf.QUEUES["tasks"]:
        return []
    try:
        from notifications.delivery.queues.tasks import do  # noqa: PLC0415 - an extra

        known = do.get_backend().queues
    except Exception:  # noqa: BLE001 - another check reports what is missing
        return []
    return [
        Error(
            f"{conf.DELIVERY}['BACKEND_QUEUES'] names {queue!r}, which is not a queue of TASKS."
            f" {one_of(sorted(known))}",
            hint=f"Add it to TASKS[{do.backend!r}]['QUEUES'].",
            id="notifications.E021",
        )
        for queue in dict.fromkeys(setting.backend_queues.values())
        if known and queue not in known
    ]


def check_names(**_kwargs: Any) -> list[CheckMessage]:
    """Warn of rates and queues for backends that do not exist, with `check --deploy`."""
    setting = _setting()
    if setting is None:
        return []
    given: Mapping[str, Mapping[str, Any]] = {
        "RATES": setting.intervals,
        "BACKEND_QUEUES": setting.backend_queues,
    }
    known = _declared()
    if not known.issuperset([*setting.intervals, *setting.backend_queues]):
        known |= _stored()
    return [
        Warning(
            f"{conf.DELIVERY}[{key!r}] names the backend {name!r}, which does not exist."
            f" {one_of(sorted(known))}",
            hint="Correct the name, or remove it.",
            id="notifications.W020",
        )
        for key, names in given.items()
        for name in names
        if name not in known
    ]


def check_times(**_kwargs: Any) -> list[CheckMessage]:
    """Warn of backends with timeouts above the time limit of a message, with `check --deploy`."""
    setting = _setting()
    if setting is None:
        return []
    return [
        Warning(
            f"The backend {name!r} has a timeout of {seconds:g} seconds, but the time limit of a"
            f" message is {setting.time_limit:g} seconds, and the lease {setting.lease}.",
            hint=f"Raise LEASE and TIME_LIMIT of {conf.DELIVERY}, or lower the timeout of the"
            " backend.",
            id="notifications.W021",
        )
        for name, seconds in _timeouts()
        if seconds >= setting.time_limit
    ]


def _setting() -> conf.DeliverySettings | None:
    """Return the settings; None if they are invalid, which `check_delivery` reports."""
    if list(conf.delivery_mistakes(getattr(settings, conf.DELIVERY, {}))):
        return None
    return conf.delivery_settings()


def _declared() -> set[str]:
    """Return the names of the backends in settings and catalogues."""
    names: set[str] = set()
    with suppress(InvalidCatalogue):
        names |= {spec.name for spec in backends_in_settings()}
    catalogues, _ = read_files()
    return names.union(spec.name for each in catalogues for spec in each.backends)


def _stored() -> set[str]:
    with suppress(DatabaseError):  # no database, or no tables yet
        return set(Backend.objects.using(for_read()).values_list("name", flat=True))
    return set()


def _timeouts() -> Iterator[tuple[str, float]]:
    with suppress(InvalidCatalogue):
        for spec in backends_in_settings():
            seconds = _timeout(import_string(spec.klass))
            if seconds is not None:
                yield spec.name, seconds


def _timeout(klass: Any) -> float | None:
    try:
        return float(klass.timeout())
    except Exception:  # noqa: BLE001 - it has none, or is not set up completely
        return None
