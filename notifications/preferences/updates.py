"""How preferences of a user are set: by one statement where that is possible, else in steps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from notifications.configuration.cache import latest
from notifications.database.routing import writing
from notifications.models import UserPrefs
from notifications.models.querysets import Key, Outcome
from notifications.permissions import held
from notifications.preferences import one_statement as quick
from notifications.preferences.checking import refuse, rules_for
from notifications.preferences.matrix import (
    GroupPreferenceMatrix,
    PreferenceMatrix,
    permitted,
    user_matrix,
)
from notifications.preferences.user_state import Look, look
from notifications.preferences.validation import Preference, Rules, problems

M = TypeVar("M", PreferenceMatrix, GroupPreferenceMatrix)


@dataclass(frozen=True, slots=True)
class Updated(Generic[M]):
    """`outcomes` in the order of what was asked for; `matrix` as it is after the update."""

    outcomes: tuple[Outcome, ...]
    matrix: M


def at_once(
    user: Any, preferences: Sequence[Preference], *, public_only: bool, using: str
) -> Updated[PreferenceMatrix] | None:
    """Update by one statement what nothing seems to be wrong with; None: nothing was written."""
    known = latest(using) if quick.is_possible(using) else None
    if known is None or not preferences or not user.is_active:
        return None
    rules = rules_for(known.configuration, preferences, public_only=public_only)
    if problems(preferences, rules):
        return None
    entries = {rules.visible[wish.notification] for wish in preferences}
    wanted = {id_: name for entry in entries for id_, name in entry.permissions.items()}
    # Authentication backends that think for themselves are asked here, the tables there.
    if held(user, wanted=wanted, granted=wanted.keys()) != wanted.keys():
        return None
    values = values_of(preferences, rules)
    needed = () if user.is_superuser else wanted
    done = quick.write(
        user=user.pk, values=values, needed=needed, version=known.version[0], using=using
    )
    return done and _updated(user, *done, values)


def in_steps(
    user: Any, preferences: Sequence[Preference], *, public_only: bool, using: str
) -> Updated[PreferenceMatrix]:
    with writing():
        # One look serves the check and the answer, so that they cannot contradict each other.
        seen = look([user.pk], using=using)
        configuration, facts = seen.snapshot.configuration, seen.facts[user.pk]
        rules = replace(
            rules_for(configuration, preferences, public_only=public_only),
            permitted=permitted(user, facts, configuration),
        )
        refuse(problems(preferences, rules))
        values = values_of(preferences, rules)
        rows = UserPrefs.objects.all()
        outcomes = rows.write(subject=user.pk, values=values, before=facts.own)
        return _updated(user, seen, outcomes, values)


def _updated(
    user: Any, seen: Look, outcomes: Mapping[Key, Outcome], values: Mapping[Key, bool]
) -> Updated[PreferenceMatrix]:
    after = seen.facts[user.pk].after(values)
    matrix = user_matrix(user, facts=after, snapshot=seen.snapshot)
    return Updated(tuple(outcomes[key] for key in values), matrix)


def values_of(preferences: Iterable[Preference], rules: Rules) -> dict[Key, bool]:
    return {
        (rules.visible[wish.notification].id, rules.backends[wish.backend]): wish.notify
        for wish in preferences
    }
