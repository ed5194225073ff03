"""Moments in answers and variables, with and without time zones in the project."""

from datetime import UTC, datetime
from typing import Any

import pytest

from notifications.models import SentNotification
from schema.root import read_moment, write_moment
from tests.schema.conftest import Graphql, grant
from tests.schema.documents import DELIVERIES, INBOX
from tests.sent import sent

WINTER, SUMMER = datetime(2026, 1, 2, 3, 4, 5, 678), datetime(2026, 7, 2, 3, 4, 5)  # noqa: DTZ001


@pytest.fixture
def naive(settings: Any) -> None:
    settings.USE_TZ, settings.TIME_ZONE = False, "Europe/Berlin"


def test_moments_of_projects_without_time_zones_have_an_offset(
    naive: None, graphql: Graphql, alice: Any
) -> None:
    row = sent(alice)
    SentNotification.objects.filter(pk=row.pk).update(created=WINTER, updated=SUMMER)
    [entry] = graphql.data(INBOX, user=alice)["inbox"]["nodes"]
    assert entry["sentAt"] == "2026-07-02T03:04:05+02:00"
    grant(alice, "notifications.view_sentnotification")
    [delivery] = graphql.data(DELIVERIES, {"notification": "alarm"}, alice)["deliveries"]["nodes"]
    assert delivery["createdAt"] == "2026-01-02T03:04:05.000678+01:00"
    assert delivery["updatedAt"] == "2026-07-02T03:04:05+02:00"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (WINTER, "2026-01-02T03:04:05.000678+01:00"),
        (SUMMER, "2026-07-02T03:04:05+02:00"),
        (SUMMER.replace(tzinfo=UTC), "2026-07-02T03:04:05+00:00"),
    ],
)
def test_moments_are_written_with_an_offset(naive: None, moment: datetime, text: str) -> None:
    assert write_moment(moment) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-02T01:04:05Z", SUMMER),
        ("2026-07-02T03:04:05+02:00", SUMMER),
        ("2026-01-02T03:04:05.000678+01:00", WINTER),
    ],
)
def test_moments_are_read_as_they_are_stored(
    naive: None, settings: Any, text: str, moment: datetime
) -> None:
    assert read_moment(text) == moment
    settings.USE_TZ = True
    assert read_moment(text).tzinfo
    assert write_moment(read_moment(text)) == text.replace("Z", "+00:00")


@pytest.mark.parametrize("text", ["2026-07-02T01:04:05", "2026-07-02", "soon", ""])
def test_moments_without_an_offset_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Allowed: 2026|Invalid isoformat"):
        read_moment(text)
