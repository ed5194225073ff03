"""Each verb, mutation, page and command, with a replica that is behind and takes no writes."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections
from django.urls import reverse

from notifications import preferences, shortcuts
from notifications.database import routing
from notifications.inbox import reads
from notifications.models import SentNotification, UserPrefs
from notifications.preferences.validation import Preference
from notifications.unsubscribe import links
from tests.notifications.database.test_routing import VERBS, People
from tests.notifications.settings_page.form_data import submission
from tests.replica.conftest import WRITES, card
from tests.routers import REPLICA
from tests.schema.conftest import Graphql, id_of, preference
from tests.schema.test_databases import MATRIX, mutate

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", REPLICA])


@pytest.fixture(autouse=True)
def nothing_is_written_to_the_replica(statements: list[str]) -> Iterator[None]:
    yield
    assert [sql for sql in statements if WRITES.match(sql)] == []


def effective_values(user: Any) -> dict[str, bool]:
    [matrix] = preferences.read(users=[user])
    row: Any = matrix.row("card-declined")
    return {cell.backend.name: cell.decision.effective for cell in row.cells}


def test_the_replica_takes_no_writes(behind: Any, world: Any, statements: list[str]) -> None:
    with pytest.raises(DatabaseError), connections[REPLICA].cursor() as cursor:
        cursor.execute("DELETE FROM notifications_userprefs")
    assert len(statements) == 1
    statements.clear()


def test_reads_are_behind_until_the_replica_catches_up(behind: Any, world: Any) -> None:
    before = effective_values(world)
    shortcuts.update_preferences("card-declined", world, {"email": True})
    assert effective_values(world) == before
    with routing.read_your_writes():
        assert effective_values(world) == {**before, "email": True}
    behind.catch_up(REPLICA)
    assert effective_values(world) == {**before, "email": True}


def test_configurations_of_two_ages_are_not_mixed_up(behind: Any, world: Any) -> None:
    card().cells.using("default").filter(backend__name="email").update(required=True)
    for _ in range(2):
        assert effective_values(world)["email"] is False
        with routing.read_your_writes():
            assert effective_values(world)["email"] is True


@pytest.mark.parametrize("name", VERBS)
def test_verbs_ask_the_primary_alone(
    behind: Any, world: Any, reviewers: Group, statements: list[str], name: str
) -> None:
    statements.clear()
    assert VERBS[name](People(world, reviewers))
    assert statements == []


def test_a_send_reaches_the_inbox(behind: Any, world: Any, statements: list[str]) -> None:
    queued = shortcuts.send_notification("card-declined", world, {"message": "Hello."})
    assert queued.backends == {"email": 1, "sms": 1, "inbox": 1}
    assert statements == []
    assert not reads.read(user=world, first=5).items
    behind.catch_up(REPLICA)
    [entry] = reads.read(user=world, first=5).items
    assert "Hello." in entry.text()


def test_what_is_cleared_is_gone(behind: Any, world: Any) -> None:
    assert shortcuts.clear_preferences(world) == 1
    assert effective_values(world)["sms"] is True
    behind.catch_up(REPLICA)
    assert effective_values(world)["sms"] is False


def test_mutations_answer_what_they_wrote(
    behind: Any, world: Any, bob: Any, reviewers: Group, graphql: Graphql, statements: list[str]
) -> None:
    statements.clear()
    own = {"preferences": [preference("card-declined", "email")]}
    done = mutate(graphql, "updatePreferences", own, world)
    assert done["results"][0]["outcome"] == "CREATED"
    assert done["matrix"]["notifications"][0]["cells"][0]["effective"] is True
    group = {"group": id_of(reviewers), "preferences": [preference("card-declined", "sms", False)]}
    assert mutate(graphql, "updateGroupPreferences", group, bob)["results"]
    done = mutate(graphql, "clearPreferences", {}, world)
    assert done["cleared"] == 2
    cells = done["matrices"][0]["notifications"][0]["cells"]
    assert [cell["source"] for cell in cells] == ["DEFAULT", "GROUP", "DEFAULT"]
    assert statements == []
    stale = graphql.data(f"{{ preferences {{ {MATRIX} }} }}", user=world)["preferences"]
    sources = [cell["source"] for cell in stale["notifications"][0]["cells"]]
    assert sources == ["DEFAULT", "USER", "DEFAULT"]
    assert statements


def test_the_settings_page_shows_what_it_saved(
    behind: Any, world: Any, graphql: Graphql, statements: list[str]
) -> None:
    url, client = reverse("notifications:preferences"), graphql.client(world)
    data = submission(client.get(url).content.decode(), {"card-declined/email": True})
    statements.clear()
    page = submission(client.post(url, data, follow=True).content.decode())
    assert page["card-declined/email"] == "on"
    assert statements == []


def test_a_link_in_a_message_switches_off(behind: Any, world: Any, client: Any) -> None:
    token = links.token(user=world.pk, notification=card().pk, backend="inbox")
    assert client.post(reverse("notifications:unsubscribe", args=[token])).status_code == 200
    with routing.read_your_writes():
        assert effective_values(world)["inbox"] is False


def test_the_admin_changes_what_is_there(
    behind: Any, world: Any, admin: Any, graphql: Graphql
) -> None:
    client = graphql.client(admin)
    row = UserPrefs.objects.using("default").get()
    cell = {"user": row.user_id, "notification": row.notification_id}
    with routing.read_your_writes():
        email = preferences.configured().backend_ids["email"]
    add = reverse("admin:notifications_userprefs_add")
    assert client.post(add, {**cell, "backend": email, "notify": "on"}).status_code == 302
    change = reverse("admin:notifications_userprefs_change", args=[row.pk])
    assert client.post(change, {}).status_code == 302
    with routing.read_your_writes():
        assert effective_values(world) == {"email": True, "sms": False, "inbox": True}
    delete = reverse("admin:notifications_userprefs_delete", args=[row.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 302
    assert UserPrefs.objects.using("default").count() == 1


@pytest.mark.parametrize(
    "command",
    [
        ["deliver_due"],
        ["delivery_status", "--max-overdue", "1e9"],
        ["retry_deliveries", "--all"],
        ["prune_deliveries"],
        ["load_catalogue", "project/demo/forge.toml"],
        ["populate", "--users", "3", "--again"],
        ["export_user", "alice"],
        ["erase_user", "alice", "--yes"],
        ["demo"],
    ],
    ids=lambda command: command[0],
)
def test_commands_write_to_the_primary(
    behind: Any, world: Any, command: list[str], settings: Any
) -> None:
    settings.DEBUG = True
    if command[0] == "delivery_status":
        call_command("deliver_due", stdout=StringIO())
    call_command(*command, stdout=StringIO())


@pytest.mark.parametrize("people", [["--users", "alice"], ["--everybody"]], ids=" ".join)
def test_send_writes_to_the_primary(
    behind: Any, world: Any, people: list[str], settings: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"ATTEMPTS": 1}
    with pytest.raises(CommandError, match="Deliveries that failed permanently: 1"):  # by sms
        call_command("send", "card-declined", *people, "--watch", stdout=StringIO())
    rows = SentNotification.objects.using("default").filter(user=world.pk)
    assert set(rows.values_list("backend__name", "state")) >= {("inbox", "SENT"), ("sms", "FAILED")}


def test_users_of_a_moment_ago_are_known(behind: Any, world: Any, people: Any) -> None:
    dora = people("dora")
    updated = preferences.update(
        user=dora, preferences=[Preference("card-declined", "email", True)]
    )
    assert updated.outcomes == ("CREATED",)
    queued = shortcuts.send_notification("card-declined", type(dora)._default_manager.all())
    assert queued.backends["inbox"] == 4
