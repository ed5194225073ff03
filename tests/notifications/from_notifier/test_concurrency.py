"""Imports that run at the same time."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group

from notifications.from_notifier import import_all
from notifications.from_notifier.tables import TABLES
from notifications.models import ImportedRow, SentNotification, UserPrefs
from tests.notifications.from_notifier import tables
from tests.notifications.preferences.test_concurrency import run_concurrently

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old(alice: Any, bob: Any, charlie: Any, reviewers: Group) -> Iterator[None]:
    tables.load()
    yield
    for table in reversed(TABLES):
        tables.execute(f'DROP TABLE "{table}"')


def test_each_row_is_imported_once(old: None) -> None:
    reports = run_concurrently(lambda _: import_all(), writers=3)
    totals = {kind: [r.of(kind).imported for r in reports] for kind in reports[0].counts}
    assert sorted(totals["deliveries"]) == [0, 0, 12]
    assert sorted(totals["user preferences"]) == [0, 0, 8]
    assert UserPrefs.objects.count() == 8
    assert SentNotification.objects.count() == 12
    assert ImportedRow.objects.count() == 38
