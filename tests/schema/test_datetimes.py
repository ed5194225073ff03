"""Dates with time in responses and variables, with and without `USE_TZ`."""

from datetime import UTC, datetime
from typing import Any

import pytest

from notifications.models import SentNotification
from schema.fields import parse_datetime, serialize_datetime
from tests.schema.conftest import Graphql, grant
from tests.schema.documents import DELIVERIES, INBOX
from tests.sent import sent

WINTER, SUMMER = datetime(2026, 1, 2, 3, 4, 5, 678), datetime(2026, 7, 2, 3, 4, 5)  # noqa: DTZ001


@pytest.fixture
def naive(settings: Any) -> None:
    settings.USE_TZ, settings.TIME_ZONE = False, "Europe/Berlin"


def test_responses_have_an_offset_without_use_tz(naive: None, graphql: Graphql, alice: Any) -> None:
    row = sent(alice)
    SentNotification.objects.filter(pk=row.pk).update(created=WINTER, updated=SUMMER)
    [entry] = graphql.data(INBOX, user=alice)["inbox"]["nodes"]
    assert entry["sentAt"] == "2026-07-02T03:04:05+02:00"
    grant(alice, "notifications.view_sentnotification")
    [delivery] = graphql.data(DELIVERIES, {"notification": "alarm"}, alice)["deliveries"]["nodes"]
    assert delivery["createdAt"] == "2026-01-02T03:04:05.000678+01:00"
    assert delivery["updatedAt"] == "2026-07-02T03:04:05+02:00"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (WINTER, "2026-01-02T03:04:05.000678+01:00"),
        (SUMMER, "2026-07-02T03:04:05+02:00"),
        (SUMMER.replace(tzinfo=UTC), "2026-07-02T03:04:05+00:00"),
    ],
)
def test_serialized_values_have_an_offset(naive: None, value: datetime, text: str) -> None:
    assert serialize_datetime(value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-07-02T01:04:05Z", SUMMER),
        ("2026-07-02T03:04:05+02:00", SUMMER),
        ("2026-01-02T03:04:05.000678+01:00", WINTER),
    ],
)
def test_parsed_values_are_as_django_stores_them(
    naive: None, settings: Any, text: str, value: datetime
) -> None:
    assert parse_datetime(text) == value
    settings.USE_TZ = True
    assert parse_datetime(text).tzinfo
    assert serialize_datetime(parse_datetime(text)) == text.replace("Z", "+00:00")


@pytest.mark.parametrize("text", ["2026-07-02T01:04:05", "2026-07-02", "soon", ""])
def test_texts_without_an_offset_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Allowed: 2026|Invalid isoformat"):
        parse_datetime(text)
