"""Rows of Django's own apps and of django-notifier with personal data of one user.

Apps that are not installed have no rows.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user_model
from django.db import connections

from notifications.database.routing import for_write
from notifications.from_notifier.tables import SENT, USER_PREFS
from notifications.privacy.person import BATCH_SIZE, Person

TASK = "notifications.delivery.queues.tasks.do"


def sessions(person: Person) -> Iterator[tuple[Any, Any]]:
    """Yield the store and the row of each session of the user.

    Reads all sessions, because their data is encoded. Session engines without a table have no rows.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore
    if not hasattr(store, "get_model_class"):
        return
    for row in store.get_model_class()._default_manager.using(for_write()).iterator(BATCH_SIZE):
        if row.get_decoded().get(SESSION_KEY) == person.key:
            yield store(row.session_key), row


def log_entries(person: Person) -> Iterator[Any]:
    """Yield admin log entries about the user, or about related rows that name the user."""
    if (entries := _admin_log()) is None:
        return
    model = get_user_model()
    manager: Any = apps.get_model("contenttypes", "ContentType")._default_manager
    content_types = manager.db_manager(for_write())
    account = content_types.get_for_model(model, for_concrete_model=False)
    relations = [relation.related_model for relation in model._meta.related_objects]
    related = content_types.get_for_models(model, *relations).values()
    for row in entries.filter(content_type__in=related).order_by("pk").iterator(BATCH_SIZE):
        if row.content_type_id == account.pk:
            about = row.object_id == person.key
        else:
            about = person.is_named_in(row.object_repr, row.change_message)
        if about:
            yield row


def log_entries_by(person: Person) -> Iterable[Any]:
    """Return admin log entries about changes that the user made."""
    entries = _admin_log()
    return [] if entries is None else entries.filter(user=person.user.pk).order_by("pk")


def _admin_log() -> Any:
    if not apps.is_installed("django.contrib.admin"):
        return None
    return apps.get_model("admin", "LogEntry")._default_manager.using(for_write())


def tasks(person: Person, batches: Collection[int]) -> Iterator[Any]:
    """Yield finished tasks that delivered one of these batches, or whose text names the user."""
    if not apps.is_installed("django_tasks_db"):
        return
    rows: Any = import_module("django_tasks_db.models").DBTaskResult.objects.using(for_write())
    keys = set(batches)
    for row in rows.filter(status__in=["SUCCESSFUL", "FAILED"]).order_by().iterator(BATCH_SIZE):
        arguments = row.args_kwargs.get("args", [])
        if row.task_path == TASK:  # its arguments have the key of a batch and no name
            about = arguments[:1] == ["DELIVER"] and keys & {*arguments[1:]}
            texts = [row.traceback]
        else:
            about = set()
            texts = [json.dumps([row.args_kwargs, row.return_value], default=str), row.traceback]
        if about or person.is_named_in(*texts):
            yield row


def notifier_tables() -> list[str]:
    """Return the tables of django-notifier in this database that have rows of users."""
    connection = connections[for_write()]
    with connection.cursor() as cursor:
        found = connection.introspection.table_names(cursor)
    return [table for table in (USER_PREFS, SENT) if table in found]
