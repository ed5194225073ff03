"""Contexts are stored as JSON and returned with their types."""

import sys
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import models
from django.utils.functional import SimpleLazyObject, lazystr
from django.utils.safestring import mark_safe
from django.utils.text import format_lazy
from django.utils.translation import (
    gettext_lazy,
    ngettext_lazy,
    npgettext_lazy,
    override,
    pgettext_lazy,
)

from notifications.delivery import contexts
from notifications.errors import InvalidContext
from notifications.models import Notification, Send

READER = type("Reader", (), {"language": "en"})()
RESERVED = ("delivery", "user")


class Level(models.TextChoices):
    LOW = "low"


def stored(context: Any, *, user: Any = READER) -> Any:
    """Store a context in the database, and return it as a backend gets it."""
    notification, _ = Notification.objects.get_or_create(name="card-declined")
    encoded = contexts.encode(context, reserved=RESERVED)
    send = Send.objects.create(notification=notification, key=uuid4().hex, context=encoded)
    send.refresh_from_db()
    return contexts.decode(send.context, user=user)


def refused(context: Any) -> InvalidContext:
    with pytest.raises(InvalidContext) as error:
        contexts.encode(context, reserved=RESERVED)
    return error.value


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 2, 28),
        datetime(2026, 2, 28, 13, 5, 7, 123456),  # noqa: DTZ001 - without a zone on purpose
        datetime(2026, 2, 28, 13, 5, tzinfo=UTC),
        datetime(2026, 2, 28, 13, 5, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
        time(23, 59, 59, 999999),
        time(12, tzinfo=timezone(timedelta(hours=2))),
        timedelta(days=-1, seconds=5, microseconds=7),
        timedelta.max,
        Decimal("42.50"),
        Decimal("-0E+7"),
        UUID("12345678-1234-5678-1234-567812345678"),
        {"at": [date(2026, 2, 28), {"amount": Decimal("0.10")}]},
        2**53 + 1,
        10**300,
        True,
        None,
        "",
        "Grüße 🦄",
        -1.5,
        -0.0,
        6.02e23,
        sys.float_info.max,
        5e-324,
        [],
        {},
    ],
    ids=lambda value: None if isinstance(value, int) else repr(value),
)
def test_a_value_keeps_its_type(db: None, value: Any) -> None:
    found = stored({"value": value, "list": [value], "in": {"deeper": value}})
    assert found == {"value": value, "list": [value], "in": {"deeper": value}}
    assert type(found["value"]) is type(value)
    assert str(found["value"]) == str(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((1, (2, date(2026, 1, 1))), [1, [2, date(2026, 1, 1)]]),
        (OrderedDict(a=1), {"a": 1}),
        (MappingProxyType({"a": (1,)}), {"a": [1]}),
        (mark_safe("<b>"), "<b>"),
        (Level.LOW, "low"),
        (lazystr("later"), "later"),
        (SimpleLazyObject(lambda: "later"), "later"),
        (SimpleLazyObject(lambda: date(2026, 1, 1)), date(2026, 1, 1)),
        (SimpleLazyObject(lambda: {"a": lazystr("b")}), {"a": "b"}),
        ({lazystr("a b-c"): 1, "": 2, "1": 3}, {"a b-c": 1, "": 2, "1": 3}),
    ],
)
def test_a_value_becomes_one_that_is_stored(db: None, value: Any, text: Any) -> None:
    assert stored({"value": value}) == {"value": text}
    assert stored(SimpleLazyObject(lambda: {"value": value})) == {"value": text}


@pytest.mark.parametrize(
    "own",
    [
        {"__type__": "date", "__value__": "2026-01-01"},
        {"__type__": "dict", "__value__": {"__type__": "date", "__value__": "2026-01-01"}},
        {"__type__": "translation", "__value__": ["gettext", ["Save"], {}]},
        {"__type__": date(2026, 1, 1), "__value__": []},
        {"__type__": 1},
        {"__value__": 1},
    ],
)
def test_a_dictionary_that_resembles_a_tag_is_kept(db: None, own: Any) -> None:
    assert stored({"own": own, "list": [own], **own}) == {"own": own, "list": [own], **own}


def test_each_message_has_a_copy(db: None) -> None:
    encoded = contexts.encode({"lines": [1, {"a": 1}]}, reserved=RESERVED)
    first, second = (contexts.decode(encoded, user=READER) for _ in range(2))
    first["lines"].append(2)
    first["lines"][1]["a"] = 2
    assert second == encoded == {"lines": [1, {"a": 1}]}


@pytest.mark.parametrize(
    "before",
    [
        {},
        {"a": [1, {"b": None}]},
        {"a": {"__type__": "date", "__value__": "tomorrow"}},
        {"a": {"__type__": "money", "__value__": 1}},
        {"a": {"__type__": ["x"], "__value__": {}}},
        {"a": {"__type__": "translation", "__value__": ["eval", ["1"], {}]}},
        {"a": {"__type__": "translation", "__value__": 7}},
        {"a": {"__type__": "timedelta", "__value__": [10**12]}},
        {"a": {"__type__": "decimal", "__value__": "x"}},
        {"__type__": "date", "__value__": "2026-01-01"},
        {"user": "alice", "reason": "low"},
    ],
)
def test_rows_without_tags_stay_readable(before: Any) -> None:
    assert contexts.decode(before, user=READER) == before


@pytest.mark.parametrize(
    ("lazy", "english", "german"),
    [
        (gettext_lazy("Save"), "Save", "Speichern"),
        (SimpleLazyObject(lambda: gettext_lazy("Save")), "Save", "Speichern"),
        (pgettext_lazy("alt. month", "May"), "May", "Mai"),
        (pgettext_lazy("nowhere", "text"), "text", "text"),
        (ngettext_lazy("%(num)d day", "%(num)d days", 2), "%(num)d days", "%(num)d Tage"),
        (npgettext_lazy("nowhere", "%d day", "%d days", 1), "%d day", "%d day"),
    ],
)
def test_translations_are_in_the_users_language(
    db: None, settings: Any, lazy: Any, english: str, german: str
) -> None:
    settings.NOTIFICATION_MESSAGES = {"USER_LANGUAGE": "language"}
    reader = type("Reader", (), {"language": "de"})()
    with override("fr"):
        found = stored({"text": lazy, "list": [lazy]}, user=reader)
        assert found == {"text": german, "list": [german]}
        assert type(found["text"]) is str
        assert stored({"text": lazy})["text"] == english


@pytest.mark.parametrize(
    "lazy",
    [
        format_lazy("{}!", gettext_lazy("Save")),
        gettext_lazy("Save") + "!",
        lazystr("Speichern!"),
    ],
)
def test_other_lazy_text_is_in_the_callers_language(db: None, lazy: Any) -> None:
    with override("de"):
        found = stored({"text": format_lazy("{}!", gettext_lazy("Save")), "other": lazy})
    assert found["text"] == "Speichern!"
    assert type(found["other"]) is str


@pytest.mark.parametrize(
    ("value", "described"),
    [
        (object(), "<object object"),
        (b"bytes", "b'bytes'"),
        ({1, 2}, "{1, 2}"),
        (frozenset(), "frozenset()"),
        (iter([]), "<list_iterator"),
        (1j, "1j"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        pytest.param(10**5000, "an integer of too many digits", id="digits"),
        pytest.param({10**5000}, "a value of the type set", id="no text"),
        ("a\0b", r"'a\x00b', which contains a NUL or a lone surrogate"),
        ("\ud800", r"'\ud800', which contains a NUL or a lone surrogate"),
        (lazystr("a\0b"), r"'a\x00b'"),
        (get_user_model, "<function"),
        ("\0" * 1000, "…"),
    ],
)
def test_other_values_are_refused(value: Any, described: str) -> None:
    [mistake] = refused({"fine": 1, "a": {"b": [0, value]}}).mistakes
    assert mistake.startswith("context['a']['b'][1] is ")
    assert described in mistake
    assert len(mistake) < 300


def test_every_mistake_is_listed() -> None:
    context = {"a": {1, 2}, "b": [b"", {3: 4, "\0": 5}], "user": 1, "delivery": 2, "fine": None}
    assert refused(context).mistakes == (
        "context['a'] is {1, 2}",
        "context['b'][0] is b''",
        "context['b'][1] has the key 3",
        r"context['b'][1] has the key '\x00'",
        "context has the reserved name 'delivery'",
        "context has the reserved name 'user'",
    )


@pytest.mark.parametrize(
    "given", [["a list"], "text", 7, (("a", 1),), lazystr("text"), b"{}", date(2026, 1, 1)]
)
def test_only_dictionaries_are_contexts(given: Any) -> None:
    [mistake] = refused(given).mistakes
    assert mistake.endswith("which is not a dictionary")


def test_models_are_refused_with_the_alternative(
    alice: Any, reviewers: Group, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        error = refused(
            {
                "by": alice,
                "lazy": SimpleLazyObject(lambda: alice),
                "new": Group(),
                "all": Group.objects.all(),
            }
        )
    label = get_user_model()._meta.label
    assert error.mistakes == (
        f"context['by'] is an instance of the model {label}",
        f"context['lazy'] is an instance of the model {label}",
        "context['new'] is an instance of the model auth.Group",
        "context['all'] is a queryset of auth.Group",
    )
    assert "pass its primary key or the values that the template needs" in str(error)


def test_endless_nesting_is_refused(db: None) -> None:
    endless: list[Any] = []
    endless.append(endless)
    [mistake] = refused({"a": endless}).mistakes
    assert mistake.endswith("is nested more than 50 levels deep")
    deep: Any = "bottom"
    for _ in range(49):
        deep = [deep]
    assert stored({"a": deep}) == {"a": deep}
