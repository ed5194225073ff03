from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from project.models import GroupManager

LIST = "admin:project_groupmanager_changelist"


@pytest.fixture
def admin_client(client: Client, admin: Any) -> Client:
    client.force_login(admin)
    return client


def test_a_manager_is_appointed_in_the_admin(
    admin_client: Client, alice: Any, reviewers: Group
) -> None:
    response = admin_client.post(
        reverse("admin:project_groupmanager_add"), {"group": reviewers.pk, "user": alice.pk}
    )

    assert response.status_code == 302
    assert GroupManager.objects.get().user == alice


def test_a_manager_is_appointed_once(admin_client: Client, bob: Any, reviewers: Group) -> None:
    response = admin_client.post(
        reverse("admin:project_groupmanager_add"), {"group": reviewers.pk, "user": bob.pk}
    )

    assert "already exists" in str(response.context["errors"])
    assert GroupManager.objects.count() == 1


def test_managers_are_found_by_group_and_by_user(
    admin_client: Client, bob: Any, charlie: Any
) -> None:
    other = Group.objects.create(name="others")
    GroupManager.objects.create(group=other, user=charlie)

    for word in ("reviewers", "bob"):
        [row] = admin_client.get(reverse(LIST), {"q": word}).context["cl"].result_list
        assert row.user == bob


def test_the_list_takes_the_same_number_of_statements_at_any_size(
    admin_client: Client, people: Any
) -> None:
    counts = []
    for size in (range(2), range(2), range(2, 14)):
        for number in size:
            group, _ = Group.objects.get_or_create(name=f"group{number}")
            if not GroupManager.objects.filter(group=group).exists():
                GroupManager.objects.create(group=group, user=people(f"user{number}"))
        with CaptureQueriesContext(connection) as queries:
            response = admin_client.get(reverse(LIST))
        counts.append(len(queries))
        assert len(response.context["cl"].result_list) == size[-1] + 1

    assert counts[1] == counts[2] <= 8


@pytest.mark.parametrize("kind", ["user", "group"])
def test_the_matrix_is_one_click_away(
    kind: str, admin_client: Client, alice: Any, reviewers: Group
) -> None:
    row = alice if kind == "user" else reviewers
    if not site.is_registered(type(row)):
        pytest.skip("This user model has no admin.")
    form = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    address = reverse(f"notifications:{kind}", args=[row.pk])

    assert (
        f'<a href="{address}">' in admin_client.get(reverse(form, args=[row.pk])).content.decode()
    )
    assert admin_client.get(address).status_code == 200
