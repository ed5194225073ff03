"""A page of preferences saved in one go, and cell by cell, as the package before this one did."""

from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.contrib.auth import get_user_model

from notifications import preferences
from notifications.models import Backend, Notification, UserPrefs
from notifications.models.querysets import Outcome
from notifications.preferences.validation import Preference
from tests.benchmarks.harness import Bench, Benchmark, Row, at_least, require
from tests.benchmarks.world import created_user

PAGE = Row(
    "saving a page of 400 cells, with exact outcomes",
    "get, create, save for each cell",
    at_least(100),
)
COLUMNS = 4
FIELDS = ("user_id", "notification_id", "backend_id", "notify")


@dataclass
class Page:
    """Preferences for every cell. Some exist already, and half of these change."""

    user: Any
    cells: list[tuple[Notification, Backend, bool]]
    rows: list[dict[str, Any]]

    def reset(self) -> None:
        """Restore the rows, and replace the user by an object without cached permissions."""
        UserPrefs.objects.filter(user=self.user.pk).delete()
        UserPrefs.objects.bulk_create(UserPrefs(**row) for row in self.rows)
        self.user = get_user_model()._default_manager.get(pk=self.user.pk)

    def together(self) -> list[str]:
        values = [Preference(row.name, column.name, notify) for row, column, notify in self.cells]
        return list(preferences.update(user=self.user, preferences=values).outcomes)

    def one_by_one(self) -> list[str]:
        return [self._save(*cell) for cell in self.cells]

    def _save(self, notification: Notification, backend: Backend, notify: bool) -> str:
        cell = {"user": self.user, "notification": notification, "backend": backend}
        try:
            row = UserPrefs.objects.get(**cell)
        except UserPrefs.DoesNotExist:
            UserPrefs.objects.create(**cell, notify=notify)
            return Outcome.CREATED
        if row.notify == notify:
            return Outcome.UNCHANGED
        row.notify = notify
        row.save()
        return Outcome.UPDATED

    def stored(self) -> set[tuple[int, int, bool]]:
        rows = UserPrefs.objects.filter(user=self.user.pk)
        return set(rows.values_list("notification_id", "backend_id", "notify"))


def saving(bench: Bench) -> None:
    user = created_user(bench.size(100, tiny=3), COLUMNS, required=False)
    notifications = Notification.objects.filter(name__startswith="notification").order_by("pk")
    cells = product(notifications, Backend.objects.order_by("pk"))
    page = Page(
        user,
        [(row, column, number % 3 == 0) for number, (row, column) in enumerate(cells)],
        list(UserPrefs.objects.filter(user=user).values(*FIELDS)),
    )
    wanted = {(row.pk, column.pk, notify) for row, column, notify in page.cells}
    for save in (page.together, page.one_by_one):
        page.reset()
        outcomes = Counter(save())
        require(len(outcomes) == len(Outcome), f"Not every outcome was met: {outcomes}.")
        require(page.stored() == wanted, "What was stored is not what was sent.")
    bench.compare(
        PAGE, ours=page.together, theirs=page.one_by_one, same=list.__eq__, before=page.reset
    )


BENCHMARK = Benchmark("saving", (PAGE,), saving)
