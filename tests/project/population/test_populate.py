"""`manage.py populate`: made-up people, the same ones for the same seed."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, models

from notifications.models import (
    Backend,
    GroupPrefs,
    Notification,
    NotificationBackend,
    UserPrefs,
)
from project import population
from project.population import Size, UnsuitableUserModel, insert, people
from tests.conftest import make_user


def populated_with(**options: Any) -> dict[str, int]:
    """Run the command; return what it says it wrote."""
    out = StringIO()
    call_command("populate", stdout=out, stderr=StringIO(), **options)
    lines = (line.split(maxsplit=1) for line in out.getvalue().splitlines())
    return {what: int(number.replace(",", "")) for number, what in lines}


@pytest.mark.django_db
def test_the_numbers_of_written_rows_are_returned() -> None:
    written = populated_with(users=60, notifications=5, backends=2, groups=3)
    user: Any = get_user_model()
    assert written == {
        "notifications": Notification.objects.count(),
        "backends": Backend.objects.count(),
        "cells": NotificationBackend.objects.count(),
        "groups": Group.objects.count(),
        "group preferences": GroupPrefs.objects.count(),
        "users": user._default_manager.count(),
        "memberships": user.groups.through.objects.count(),
        "permissions of users": user.user_permissions.through.objects.count(),
        "user preferences": UserPrefs.objects.count(),
    }
    assert (written["users"], written["notifications"], written["groups"]) == (60, 5, 3)


@pytest.mark.django_db
def test_there_are_rows_of_every_kind() -> None:
    population.populate(size=Size(users=3000, notifications=100, backends=3, groups=5))
    users = get_user_model()._default_manager
    cells = NotificationBackend.objects
    assert 0.03 < users.filter(is_active=False).count() / 3000 < 0.07
    assert 0 < users.filter(is_superuser=True).count() < 15
    assert 0 < users.filter(user_permissions__isnull=False).count() < 100
    assert 1.4 < users.filter(groups__isnull=False).count() / 3000 < 1.6
    assert UserPrefs.objects.count() == 4 * 3000
    assert 0.4 < UserPrefs.objects.filter(notify=True).count() / 12_000 < 0.6
    assert 0 < Notification.objects.filter(public=False).count() < 30
    assert 0 < Notification.objects.exclude(permissions=None).distinct().count() < 50
    assert 0 < cells.filter(required=True).count() < 20
    assert 0.3 < cells.filter(default=True).count() / cells.count() < 0.7
    crowds = UserPrefs.objects.values("notification", "backend").annotate(n=models.Count("pk"))
    assert max(each["n"] for each in crowds) < 3 * 12_000 / len(crowds)


@pytest.mark.django_db
def test_the_share_of_users_with_preferences_can_be_chosen() -> None:
    population.populate(size=Size(users=1000, share=0.25, preferences=2))
    with_some = UserPrefs.objects.values("user").distinct().count()
    assert 200 < with_some < 300
    assert UserPrefs.objects.count() == 2 * with_some


@pytest.mark.django_db
def test_equal_seeds_give_equal_data_for_any_slice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worlds = []
    for slice_, seed in ((50_000, 1), (17, 1), (50_000, 2)):
        monkeypatch.setattr(insert, "SLICE", slice_)
        for model in (UserPrefs, GroupPrefs, Notification, Backend, Group, get_user_model()):
            model._default_manager.all().delete()
        population.populate(size=Size(users=100, notifications=10, backends=3, seed=seed))
        worlds.append((preferences(), memberships()))
    assert worlds[0] == worlds[1]
    assert worlds[0][0] != worlds[2][0]
    assert worlds[0][1] != worlds[2][1]


@pytest.mark.django_db
def test_the_first_user_signs_in_with_the_password() -> None:
    populated_with(users=30, password="a password")
    users = get_user_model()._default_manager
    name = get_user_model().USERNAME_FIELD
    first = authenticate(username="user1", password="a password")
    assert first is not None
    assert first.is_active
    assert not first.is_superuser
    assert not any(user.has_usable_password() for user in users.exclude(**{name: "user1"}))


@pytest.mark.django_db
def test_rows_are_added_to_others_only_with_again() -> None:
    populated_with(users=10)
    with pytest.raises(CommandError, match=r"Nothing was written: .* Use --again"):
        populated_with(users=10)
    assert get_user_model()._default_manager.count() == 10
    populated_with(users=5, again=True)
    assert get_user_model()._default_manager.count() == 15
    make_user("alice")  # Django counts on from there


@pytest.mark.django_db
@pytest.mark.parametrize(
    "option", [{"users": 0}, {"groups": -1}, {"share": 1.5}, {"notifications": 0}]
)
def test_numbers_out_of_range_are_refused(option: dict[str, Any]) -> None:
    [name] = option
    with pytest.raises(CommandError, match=f"Out of range: --{name}\\."):
        populated_with(**{"users": 10, **option})
    assert not population.populated()


@pytest.mark.django_db
def test_progress_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insert, "SLICE", 30)
    reported: list[int] = []
    population.populate(size=Size(users=70, groups=0), progress=reported.append)
    assert reported == [30, 60, 70]


@pytest.mark.django_db
def test_indexes_and_constraints_are_the_same_after_being_rebuilt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = built()
    monkeypatch.setattr(insert, "MANY", 1)
    population.populate(size=Size(users=50, groups=3))
    assert built() == before
    assert UserPrefs.objects.count() == 4 * 50


@pytest.mark.django_db
def test_a_user_model_that_cannot_be_made_up_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    field = get_user_model()._meta.get_field("password")
    monkeypatch.setattr(field, "name", "badge")
    monkeypatch.setattr(field, "unique", True)
    with pytest.raises(CommandError, match="'badge' of users has no default value"):
        populated_with(users=10)
    assert not population.populated()


def preferences() -> list[tuple[Any, ...]]:
    rows = UserPrefs.objects.values_list("user", "notification__name", "backend__name", "notify")
    return sorted(rows)


def memberships() -> list[tuple[Any, ...]]:
    user: Any = get_user_model()
    return sorted(user._default_manager.values_list("pk", "groups__name", "is_active"))


def built() -> dict[str, Any]:
    """The constraints and indexes of the table of users' preferences."""
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, UserPrefs._meta.db_table)


def test_users_with_names_for_keys_cannot_be_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "get_user_model", lambda: Session)
    with pytest.raises(UnsuitableUserModel, match="Users have a CharField as primary key"):
        people.key_of("1", postgresql=True)
