from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from tests.notifications.admin.requests import (
    MODELS,
    list_data,
    populate,
    staff,
    text,
    url,
)

pytestmark = pytest.mark.django_db


class TestLists:
    @pytest.mark.parametrize("model", MODELS)
    def test_take_constant_statements_at_any_size(
        self, model: Any, admin_client: Client, people: Any, make: Any
    ) -> None:
        counts = []
        for size in (range(2), range(2), range(2, 14)):
            if not Notification.objects.filter(name=f"notification{size[-1]}").exists():
                populate(people, make, size)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                response = admin_client.get(url(model, "changelist"))
            counts.append(len(queries))
            assert len(response.context["cl"].result_list) == size[-1] + 1
        # The first request fills caches of Django.
        assert counts[1] == counts[2] <= 12

    @pytest.mark.parametrize("model", MODELS)
    def test_can_be_searched(
        self, model: Any, admin_client: Client, people: Any, make: Any
    ) -> None:
        populate(people, make, range(3))
        names = {
            Backend: "backend1",
            Notification: "notification1",
            UserPrefs: "user1",
            GroupPrefs: "group1",
        }

        response = admin_client.get(url(model, "changelist"), {"q": names[model]})

        assert response.context["cl"].result_count == 1

    @pytest.mark.parametrize("model", [UserPrefs, GroupPrefs])
    def test_of_preferences_are_searched_by_notification_and_backend(
        self, model: Any, admin_client: Client, people: Any, make: Any
    ) -> None:
        populate(people, make, range(3))

        for name in ("notification1", "backend1"):
            assert (
                admin_client.get(url(model, "changelist"), {"q": name}).context["cl"].result_count
                == 1
            )

    @pytest.mark.parametrize(
        ("model", "narrow", "found"),
        [
            (Backend, {"enabled__exact": 0}, 1),
            (Notification, {"public__exact": 0}, 1),
            (Notification, {"category": "billing"}, 1),
            (UserPrefs, {"notify__exact": 0}, 1),
            (UserPrefs, {"notification__category": "billing"}, 1),
            (GroupPrefs, {"notify__exact": 0}, 1),
            (GroupPrefs, {"notification__category": "billing"}, 1),
        ],
    )
    def test_can_be_filtered(
        self, model: Any, narrow: Any, found: int, admin_client: Client, people: Any, make: Any
    ) -> None:
        populate(people, make, range(3))
        Backend.objects.filter(name="backend0").update(enabled=False)
        Notification.objects.filter(name="notification0").update(public=False, category="billing")
        for prefs in (UserPrefs, GroupPrefs):
            prefs.objects.filter(notification__name="notification0").update(notify=False)

        listed = admin_client.get(url(model, "changelist"), narrow).context["cl"]

        assert listed.result_count == found
        offered = {name for spec in listed.filter_specs for name in spec.expected_parameters()}
        assert narrow.keys() <= offered

    def test_are_in_catalogue_order(self, admin_client: Client, people: Any, make: Any) -> None:
        populate(people, make, range(3))
        Notification.objects.filter(name="notification2").update(position=0)

        response = admin_client.get(url(Notification, "changelist"))

        names = [row.name for row in response.context["cl"].result_list]
        assert names == ["notification2", "notification0", "notification1"]

    def test_of_preferences_are_ordered_by_owner(
        self, admin_client: Client, alice: Any, make: Any
    ) -> None:
        for position, name in [(2, "last"), (1, "first")]:
            make(name, email="off").update_user_prefs(alice, {"email": True})
            Notification.objects.filter(name=name).update(position=position)

        response = admin_client.get(url(UserPrefs, "changelist"))

        found = [row.notification.name for row in response.context["cl"].result_list]
        assert found == ["first", "last"]


class TestStaff:
    """Staff users need the model permissions of Django."""

    @pytest.mark.parametrize("model", MODELS)
    def test_need_permissions(self, model: Any, client: Client, people: Any) -> None:
        client.force_login(staff(people))

        assert client.get(url(model, "changelist")).status_code == 403

    @pytest.mark.parametrize("model", MODELS)
    def test_with_view_permission_cannot_change(
        self, model: Any, client: Client, people: Any, make: Any
    ) -> None:
        populate(people, make, range(1))
        client.force_login(staff(people, f"view_{model._meta.model_name}"))
        row = model.objects.get()

        listed = client.get(url(model, "changelist"))

        assert listed.status_code == 200
        assert 'name="_save"' not in text(listed)
        assert client.get(url(model, "change", row.pk)).status_code == 200
        assert client.post(url(model, "change", row.pk)).status_code == 403
        assert (
            client.post(url(model, "changelist"), list_data(model, [], "notify")).status_code != 302
        )
        assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model.objects.filter(pk=row.pk).exists()
