"""Erasure removes the personal data of one user and keeps the data of others."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client

from notifications.delivery import jobs
from notifications.delivery.retry import revive
from notifications.errors import DeliveryFailed, WrongSubject
from notifications.models import (
    Address,
    Backend,
    Batch,
    Notification,
    Send,
    SentNotification,
    UserPrefs,
)
from notifications.privacy import erase, export
from notifications.shortcuts import EVERYBODY, send_notification
from tests.conftest import make_user
from tests.notifications.delivery.conftest import nothing_carried as nothing_carried  # noqa: PLC0414 - a fixture
from tests.notifications.delivery.fake_backends import Carrier, use
from tests.notifications.delivery.test_commands import run as run  # noqa: PLC0414 - a fixture
from tests.notifications.privacy.conftest import (
    MARKER,
    find,
    rows_with_marker,
    send,
    stored_sessions,
)


def lists_of(user: Any) -> list[Any]:
    """Return the keys of batches with the user's key in their list or bounds."""
    key = str(user.pk)
    found = [row for row in Batch.objects.all() if key in [*(row.keys or []), row.low, row.high]]
    return [row.pk for row in found]


def test_erasure_leaves_no_personal_data(traces: Any, run: Callable[..., str]) -> None:
    key = traces.pk
    assert len(rows_with_marker()) >= 8
    assert lists_of(traces)
    run("erase_user", MARKER, "--yes")
    assert rows_with_marker() == {}
    traces.pk = key
    assert lists_of(traces) == []
    assert references(key) == []
    assert find(f'"{key}"') == {}
    accounts = ContentType.objects.get_for_model(get_user_model())
    assert not LogEntry.objects.filter(content_type=accounts, object_id=key).exists()


def references(key: Any) -> list[str]:
    """Return the foreign keys to users, of all models, with this value."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is get_user_model():
                rows = model._base_manager.filter(**{field.attname: key})
                found += [str(field)] * rows.exists()
    return found


def test_data_of_other_users_is_kept(traces: Any, bob: Any, run: Callable[..., str]) -> None:
    run("erase_user", MARKER, "--yes")
    assert {row.user_id for row in SentNotification.objects.all()} == {bob.pk}
    shared = Send.objects.get()
    assert shared.context == {"text": "Dear all"}
    assert {tuple(batch.keys or []) for batch in Batch.objects.all()} == {(str(bob.pk),)}
    [session] = stored_sessions().all()
    assert session.get_decoded()["_auth_user_id"] == str(bob.pk)
    assert {row.user_id for row in LogEntry.objects.all()} == {bob.pk}
    assert {row.object_repr for row in LogEntry.objects.all()} == {"(erased)"}
    assert set(tasks().values_list("traceback", flat=True)) == {"", "Other"}


def tasks() -> Any:
    return apps.get_model("django_tasks_database", "DBTaskResult").objects


def test_the_account_can_be_kept(traces: Any, run: Callable[..., str]) -> None:
    run("erase_user", MARKER, "--yes", "--keep-account")
    traces.refresh_from_db()
    assert not traces.is_active
    assert {name.partition(".")[0] for name in rows_with_marker()} == {
        get_user_model()._meta.db_table
    }
    assert not UserPrefs.objects.exists()
    assert not Address.objects.exists()
    assert lists_of(traces) == []


def test_a_dry_run_counts_and_erases_nothing(traces: Any, run: Callable[..., str]) -> None:
    before = find("")
    counts = erase(user=traces, dry_run=True)
    printed = run("erase_user", MARKER, "--dry-run")
    assert find("") == before
    assert erase(user=traces) == counts
    assert counts["notifications.SentNotification"] == 5
    assert counts["notifications.Send"] == 3
    assert counts[get_user_model().groups.through._meta.label] == 1
    assert [line.split(maxsplit=1) for line in printed.splitlines()[:-1]] == [
        [str(count), kind] for kind, count in sorted(counts.items())
    ]


def test_an_erasure_can_be_repeated_after_a_failure(
    traces: Any, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr("notifications.privacy.other_apps.sessions", fail)
        with pytest.raises(ConnectionResetError):
            run("erase_user", MARKER, "--yes")
    run("erase_user", MARKER, "--yes")
    assert rows_with_marker() == {}


def test_the_key_is_removed_from_bounds_of_batches(
    wave: Notification,
    zerlina: Any,
    bob: Any,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    later = make_user("later")
    settings.NOTIFICATION_DELIVERY = {"BATCH": 1}
    with django_capture_on_commit_callbacks():
        call = send_notification("wave", EVERYBODY)
    for wide in Batch.objects.filter(wide=True):
        with django_capture_on_commit_callbacks():
            jobs.deliver(wide.pk)
    first = Batch.objects.filter(low="").first()
    assert first is not None
    with django_capture_on_commit_callbacks():
        jobs.deliver(first.pk)
    assert lists_of(zerlina)
    erase(user=zerlina)
    assert find(f'"{zerlina.pk}"') == {}
    for batch in Batch.objects.filter(due__isnull=False):
        with django_capture_on_commit_callbacks():
            jobs.deliver(batch.pk)
    rows = SentNotification.objects.filter(backend__name="record")
    assert {row.user for row in rows} == {bob, later}
    assert Send.objects.get(pk=call.send).finished


def test_erasing_the_first_user_leaves_no_unbounded_batch(
    wave: Notification, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = sorted([make_user("one"), make_user("two")], key=lambda user: user.pk)
    settings.NOTIFICATION_DELIVERY = {"BATCH": 1}
    with django_capture_on_commit_callbacks():
        call = send_notification("wave", EVERYBODY)
    for wide in Batch.objects.filter(wide=True):
        with django_capture_on_commit_callbacks():
            jobs.deliver(wide.pk)
    erase(user=first)
    assert not Batch.objects.filter(low="", high="", due__isnull=False).exists()
    for batch in Batch.objects.filter(due__isnull=False):
        with django_capture_on_commit_callbacks():
            jobs.deliver(batch.pk)
    rows = SentNotification.objects.filter(backend__name="record")
    assert [row.user for row in rows] == [second]
    assert Send.objects.get(pk=call.send).finished


def test_deleted_users_do_not_count_as_recipients(
    zerlina: Any, django_capture_on_commit_callbacks: Any
) -> None:
    gone = make_user("gone")
    send([zerlina, gone], {"text": MARKER}, django_capture_on_commit_callbacks)
    gone.delete()
    erase(user=zerlina)
    assert not Send.objects.exists()


def test_a_worker_continues_when_a_send_is_erased(
    wave: Notification, zerlina: Any, bob: Any, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(user: Any) -> None:
        raise DeliveryFailed("no", permanent=True)

    def erase_zerlina(user: Any) -> None:
        Carrier.obstacle = None
        erase(user=zerlina)

    use("record", Carrier)
    Carrier.obstacle = refuse
    for user in (bob, zerlina, bob):
        send(user, {}, django_capture_on_commit_callbacks)
    revive(SentNotification.objects.all())
    Carrier.obstacle = erase_zerlina
    jobs.retry(Backend.objects.get(name="record").pk)
    assert [user for user, _ in Carrier.carried] == [bob, bob]


def test_similar_keys_of_other_users_are_kept(
    zerlina: Any, wave: Notification, django_capture_on_commit_callbacks: Any
) -> None:
    call = send(zerlina, {}, django_capture_on_commit_callbacks)
    key = str(zerlina.pk)
    backend = Backend.objects.get(name="record")
    row = Send.objects.create(notification=wave, key="other", users=2)
    other = Batch.objects.create(send=row, backend=backend, keys=[key * 2, f"{key}0"])
    erase(user=zerlina)
    other.refresh_from_db()
    assert other.keys == [key * 2, f"{key}0"]
    assert not Send.objects.filter(pk=call).exists()


def test_a_name_within_another_word_does_not_match(
    traces: Any, bob: Any, run: Callable[..., str]
) -> None:
    row = LogEntry.objects.filter(user=bob)[0]
    row.pk, row.object_id, row.object_repr, row.change_message = None, "0", f"{MARKER}x: wave", ""
    row.save()
    run("erase_user", MARKER, "--yes")
    assert LogEntry.objects.filter(object_repr=f"{MARKER}x: wave").exists()


def test_rows_of_django_notifier_are_erased(zerlina: Any, bob: Any) -> None:
    with connection.cursor() as cursor:
        kind = get_user_model()._meta.pk.rel_db_type(connection)
        cursor.execute(f"CREATE TABLE notifier_userprefs (id integer, user_id {kind})")
        for user in (zerlina, bob):
            cursor.execute("INSERT INTO notifier_userprefs VALUES (1, %s)", [prepared(user.pk)])
        assert erase(user=zerlina)["notifier_userprefs"] == 1
        cursor.execute("SELECT user_id FROM notifier_userprefs")
        assert cursor.fetchall() == [(prepared(bob.pk),)]


def prepared(key: Any) -> Any:
    return get_user_model()._meta.pk.get_db_prep_value(key, connection)


def test_a_protected_account_is_not_erased(
    traces: Any, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = traces.userprefs_set.get()

    def protect(*args: Any, **kwargs: Any) -> None:
        raise ProtectedError("no", {row})

    monkeypatch.setattr("django.db.models.deletion.Collector.collect", protect)
    before = find("")
    with pytest.raises(CommandError) as caught:
        run("erase_user", MARKER, "--yes")
    assert str(caught.value) == (
        "Nothing was erased. Rows of notifications.UserPrefs protect the account."
        " Allowed: delete them first, --keep-account."
    )
    assert find("") == before


@pytest.mark.parametrize("function", [erase, export])
@pytest.mark.parametrize("value", [None, "zerlina", AnonymousUser()])
def test_only_saved_users_have_data(db: None, function: Any, value: Any) -> None:
    with pytest.raises(WrongSubject):
        function(user=value)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["nobody", "--yes"], "There is no user with the \\w+ 'nobody'"),
        ([MARKER], "one of the arguments --dry-run --yes is required"),
        ([MARKER, "--dry-run", "--yes"], "not allowed with argument"),
    ],
)
def test_wrong_arguments_are_errors(
    zerlina: Any, run: Callable[..., str], words: list[str], problem: str
) -> None:
    with pytest.raises(CommandError, match=problem):
        run("erase_user", *words)
    assert type(zerlina).objects.filter(pk=zerlina.pk, is_active=True).exists()


def test_a_session_is_deleted_from_the_cache(zerlina: Any, settings: Any) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    client = Client()
    client.force_login(zerlina)
    key = client.session.session_key
    store = import_module(settings.SESSION_ENGINE).SessionStore
    assert store(key).load()
    erase(user=zerlina)
    assert store(key).load() == {}


def test_erasure_works_without_optional_apps(
    traces: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    LogEntry.objects.all().delete()
    sessions = stored_sessions()
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    with monkeypatch.context() as patch:
        patch.setattr("django.apps.apps.is_installed", lambda _name: False)
        erase(user=traces)
    assert not UserPrefs.objects.exists()
    assert sessions.count() == 2
