"""Whole populations: everybody for whom a cell is effective, and how the cost of it grows."""

import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from statistics import median
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection, transaction

from notifications import audience, preferences
from notifications.models import (
    Backend,
    GroupPrefs,
    Notification,
    NotificationBackend,
    UserPrefs,
)
from notifications.precedence import decide, joint_value
from project.population import Size, populate
from tests.benchmarks.harness import (
    POSTGRESQL,
    Bench,
    Benchmark,
    Row,
    at_most,
    require,
    timed,
)

SIZES = (10_000, 100_000, 1_000_000)
TINY = (30, 60, 120)
FEW = 1000
EVERYBODY = "ids of all active users, fetched by the ORM"
FETCHED = Row("audience of 1,000,000 users, fetched", EVERYBODY, at_most(1.5, sqlite=2))
RESTRICTED = Row("the same, where a permission is required", EVERYBODY)
COUNTED = Row("audience of 1,000,000 users, counted", "active users, counted", at_most(8))
GROWTH = Row("audience, from 100,000 to 1,000,000 users", goal=at_most(11))
MEMORY = Row("peak memory of streaming, from 100,000 to 1,000,000 users", goal=at_most(1.1))
CLEARED = Row("clearing, from 4,000 preferences to 400,000", goal=at_most(110))
POPULATED = Row("populate, 1,000,000 users, in minutes", goal=at_most(2))


def population(bench: Bench) -> None:
    fetching: list[float] = []
    counting: list[float] = []
    peaks: list[int] = []
    for full, tiny in zip(SIZES, TINY, strict=True):
        users = bench.size(full, tiny=tiny)
        _empty()
        seconds = timed(partial(populate, size=Size(users=users)))
        if not bench.rehearsal:
            _settle()
        cell = _cell(restricted=False)
        fetching.append(_usual(partial(_fetched, cell)))
        counting.append(_usual(partial(audience.count, **cell)))
        peaks.append(_peak(cell))
        if full == SIZES[1]:
            _clear(bench, users)
    bench.figure(POPULATED, seconds / 60)
    bench.figure(GROWTH, fetching[2] / fetching[1], **_notes(fetching, "fetched_{}_ms"))
    bench.figure(MEMORY, peaks[2] / peaks[1], **_notes(counting, "counted_{}_ms"), bytes=peaks[2])
    _compare(bench)


def _settle() -> None:
    """Have everything written that was not yet, or it would be while something is timed."""
    if connection.vendor == POSTGRESQL:
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")


def _compare(bench: Bench) -> None:
    active = get_user_model()._default_manager.filter(is_active=True)
    for row, restricted in ((FETCHED, False), (RESTRICTED, True)):
        cell = _cell(restricted=restricted)
        bench.compare(
            row,
            ours=partial(_fetched, cell),
            theirs=lambda: list(active.values_list("pk", flat=True)),
            same=partial(_right, _by_the_rule(cell)),
        )
    cell = _cell(restricted=False)
    wanted = len(_by_the_rule(cell))
    bench.compare(
        COUNTED,
        ours=lambda: audience.count(**cell),
        theirs=active.count,
        same=lambda ours, theirs: ours == wanted <= theirs,
    )


def _by_the_rule(cell: dict[str, Any]) -> set[Any]:
    """Decide for each user in turn, from rows of the tables."""
    user: Any = get_user_model()
    offered = NotificationBackend.objects.get(**cell)
    own = dict(UserPrefs.objects.filter(**cell).values_list("user", "notify"))
    by_group = dict(GroupPrefs.objects.filter(**cell).values_list("group", "notify"))
    needed = set(cell["notification"].permissions.values_list("pk", flat=True))
    grants = _pairs(Group.permissions.through.objects.filter(permission__in=needed), "permission")
    granted = _pairs(
        user.user_permissions.through.objects.filter(permission__in=needed), "permission"
    )
    groups = _pairs(user.groups.through.objects.filter(group__in=by_group.keys() | grants), "group")
    wanted = set()
    people = user._default_manager.values_list("pk", "is_active", "is_superuser")
    for key, active, above in people.iterator():
        mine = groups.get(key, ())
        held = set(granted.get(key, ())).union(*(grants.get(group, ()) for group in mine))
        decision = decide(
            offered=offered.backend.enabled,
            permitted=active and (above or needed <= held),
            required=offered.required,
            user_value=own.get(key),
            group_value=joint_value(by_group[group] for group in mine if group in by_group),
            default=offered.default,
        )
        if decision is not None and decision.effective:
            wanted.add(key)
    return wanted


def _pairs(links: Any, target: str) -> dict[Any, list[int]]:
    """By whom they are of, the `target` of each link."""
    fields = links.model._meta.concrete_fields
    [owner] = [f.attname for f in fields if f.is_relation and f.name != target]
    found: dict[Any, list[int]] = {}
    for key, linked in links.values_list(owner, target).iterator():
        found.setdefault(key, []).append(linked)
    return found


def _right(wanted: set[Any], ours: list[Any], theirs: list[Any]) -> bool:
    return len(ours) == len(wanted) and set(ours) == wanted <= set(theirs)


def _clear(bench: Bench, users: int) -> None:
    few = min(FEW, users // 2)
    for number in (few, users):
        require(_clearing(number)[1] == 4 * number, "Preferences were left, or others taken.")
    small, large = (
        median(_clearing(number)[0] for _ in range(1 if bench.rehearsal else 5))
        for number in (few, users)
    )
    bench.figure(CLEARED, large / small, small_ms=small * 1000, large_ms=large * 1000)


def _clearing(number: int) -> tuple[float, int]:
    """Seconds that it takes to clear the preferences of so many users, and how many these were."""
    everybody = get_user_model()._default_manager.order_by("pk")
    cleared: list[int] = []
    with transaction.atomic():
        seconds = timed(lambda: cleared.append(preferences.clear(users=everybody[:number])))
        transaction.set_rollback(True)
    return seconds, cleared[0]


def _cell(*, restricted: bool) -> dict[str, Any]:
    """The first ordinary cell that is on by default: nearly everybody is its audience."""
    cells = NotificationBackend.objects.filter(required=False, default=True)
    cell = cells.filter(notification__permissions__isnull=not restricted).order_by("pk")[0]
    return {"notification": cell.notification, "backend": cell.backend}


def _fetched(cell: dict[str, Any]) -> list[Any]:
    return list(chain.from_iterable(audience.stream(**cell)))


def _usual(function: Callable[[], object]) -> float:
    """The median once everything that is needed has been read."""
    function()
    return median(timed(function) for _ in range(5))


def _peak(cell: dict[str, Any]) -> int:
    """Bytes that Python held at most while it streamed, and kept nothing."""
    tracemalloc.start()
    for _batch in audience.stream(**cell):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _notes(seconds: Sequence[float], name: str) -> dict[str, float]:
    return {name.format(size): each * 1000 for size, each in zip(SIZES, seconds, strict=True)}


def _empty() -> None:
    user: Any = get_user_model()
    models: tuple[Any, ...] = (
        UserPrefs,
        GroupPrefs,
        NotificationBackend,
        Notification.permissions.through,
        user.groups.through,
        user.user_permissions.through,
        Group.permissions.through,
        Notification,
        Backend,
        Group,
        user,
    )
    for model in models:
        rows = model._base_manager.all()
        rows._raw_delete(rows.db)  # noqa: SLF001 - without fetching what refers to them


BENCHMARK = Benchmark(
    "audience",
    (FETCHED, RESTRICTED, COUNTED, GROWTH, MEMORY, CLEARED, POPULATED),
    population,
)
