"""A user with rows in each table that can have personal data."""

import json
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from notifications.delivery.queues.tasks import do
from notifications.models import (
    Address,
    Backend,
    Batch,
    Notification,
    Send,
    SentNotification,
    UserPrefs,
)
from notifications.shortcuts import send_notification
from tests.conftest import make_user
from tests.notifications.conftest import OFF, ON, make_notification
from tests.notifications.delivery.fake_backends import Record, use

MARKER = "Zerlina"
"""Part of each name, address and text of the user, and of no other text."""


def rows_with_marker() -> dict[str, list[Any]]:
    """Return all values of the database that have the marker, by table and column."""
    return find(MARKER)


def find(text: str) -> dict[str, list[Any]]:
    """Return all values of the database that contain a text, by table and column."""
    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of the database
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if text in str(value):
                        found.setdefault(f"{table}.{name}", []).append(value)
    return found


@pytest.fixture
def wave(reviewers: Group, db: None) -> Notification:
    notification = make_notification("wave", record=ON, sms=OFF)
    use("record", Record)
    return notification


@pytest.fixture
def zerlina(wave: Notification, reviewers: Group, bob: Any) -> Any:
    names = {"email": f"{MARKER}@example.org", "last_name": MARKER}
    known = {field.name for field in get_user_model()._meta.get_fields()}
    fields = {name: value for name, value in names.items() if name in known}
    user = make_user(MARKER, is_staff=True, **fields)
    user.groups.add(reviewers)
    return user


def send(users: Any, context: dict[str, Any], capture: Any) -> int:
    with capture(execute=True):
        return send_notification("wave", users, context).send


@pytest.fixture
def traces(
    zerlina: Any, bob: Any, wave: Notification, django_capture_on_commit_callbacks: Any
) -> Any:
    """Return the user with rows in each table that can have personal data."""
    capture, sms = django_capture_on_commit_callbacks, Backend.objects.get(name="sms")
    UserPrefs.objects.create(user=zerlina, notification=wave, backend=sms, notify=False)
    Address.objects.create(user=zerlina, backend=sms, address=f"https://{MARKER}.org/x", secret="s")
    alone = send(zerlina, {"text": f"Dear {MARKER}"}, capture)
    send([zerlina, bob], {"text": "Dear all"}, capture)
    sms.send(zerlina, wave, {"text": f"To {MARKER}"})
    with capture():
        waiting = send_notification("wave", zerlina, {"text": f"Later, {MARKER}"}).send
    Send.objects.filter(pk=waiting).update(key=f"{MARKER}-1")
    SentNotification.objects.filter(send=alone).update(message=f"Unknown: {MARKER}@example.org")
    client = Client()
    client.force_login(zerlina)
    other_client = Client()
    other_client.force_login(bob)
    create_admin_log(zerlina, bob)
    create_tasks(Batch.objects.filter(send=alone).first(), zerlina)
    return zerlina


def create_admin_log(zerlina: Any, bob: Any) -> None:
    preference = zerlina.userprefs_set.get()
    for user, row in ((bob, zerlina), (bob, preference), (zerlina, bob)):
        LogEntry.objects.create(
            user=user,
            action_flag=CHANGE,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=str(row),
            change_message=json.dumps(
                [{"changed": {"name": "x", "object": str(row), "fields": ["y"]}}]
            ),
        )


def create_tasks(batch: Any, user: Any) -> None:
    model = apps.get_model("django_tasks_database", "DBTaskResult")
    values = {
        "task_path": "notifications.delivery.queues.tasks.do",
        "backend_name": "default",
        "run_after": now(),
        "exception_class_path": "",
    }
    assert do.module_path == values["task_path"]
    args = {"args": ["DELIVER", batch.pk], "kwargs": {}}
    model.objects.create(status="SUCCESSFUL", args_kwargs=args, traceback="", **values)
    args = {"args": ["RETRY", 1], "kwargs": {}}
    trace = f"Refused: <{getattr(user, user.get_email_field_name())}>"
    model.objects.create(status="FAILED", args_kwargs=args, traceback=trace, **values)
    model.objects.create(status="FAILED", args_kwargs=args, traceback="Other", **values)


def stored_sessions() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore.get_model_class().objects
