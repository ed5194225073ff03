"""Names held against what exists, before anything is written under them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from notifications.configuration.cache import current
from notifications.configuration.entries import Configuration
from notifications.errors import InvalidPreferences, PreferencesDenied, Problem, ProblemCode
from notifications.models import Backend, BackendDoesNotExist
from notifications.models.querysets import PrefsQuerySet
from notifications.preferences.validation import Preference, Rules, filter_problems, visible


def rules_for(
    configuration: Configuration, preferences: Iterable[Preference], *, public_only: bool
) -> Rules:
    """Return what the preferences are held against, whoever they are for."""
    backends = _backend_ids(configuration, (preference.backend for preference in preferences))
    return Rules(visible(configuration, public_only=public_only), backends, lambda _: True)


def narrowing(
    notifications: Sequence[str] | None,
    backends: Sequence[str] | None,
    *,
    public_only: bool,
    using: str,
) -> Callable[[PrefsQuerySet], PrefsQuerySet]:
    """Check the names, and return what limits rows to them. Raises InvalidPreferences."""
    limits: dict[str, Any] = {}
    if public_only:
        limits |= {"notification__public": True, "notification__retired": False}
    if notifications is not None or backends is not None:
        configuration = current(using=using).configuration
        rules = Rules(
            visible(configuration, public_only=public_only),
            _backend_ids(configuration, backends or ()),
            lambda entry: not public_only or not entry.permissions,
        )
        refuse(filter_problems(notifications or (), backends or (), rules))
        if notifications is not None:
            limits["notification__in"] = [rules.visible[name].id for name in notifications]
        if backends is not None:
            limits["backend__in"] = [rules.backends[name] for name in backends]
    return lambda rows: rows.filter(**limits)


def _backend_ids(configuration: Configuration, names: Iterable[str]) -> Mapping[str, int]:
    """All backends by name; those that no notification uses are looked up only when named."""
    if configuration.backend_ids.keys() >= set(names):
        return configuration.backend_ids
    return dict(Backend.objects.values_list("name", "pk"))


def refuse(found: Sequence[Problem]) -> None:
    """Raise InvalidPreferences with all problems, if there are any; its class is the most specific.

    PreferencesDenied comes before BackendDoesNotExist.
    """
    codes = {problem.code for problem in found}
    if ProblemCode.PERMISSION_DENIED in codes:
        raise PreferencesDenied(found)
    if ProblemCode.UNKNOWN_BACKEND in codes:
        raise BackendDoesNotExist(found)
    if found:
        raise InvalidPreferences(found)
