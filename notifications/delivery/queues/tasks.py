"""Queue of Django's tasks: those of Django 6, or their backport on Django 5.2."""

from datetime import datetime
from typing import Any

import django
from django.apps import apps
from django.db import router
from django.db.models import Q

from notifications.delivery.jobs import run

if django.VERSION >= (6,):
    from django.tasks import task
else:
    from django_tasks import task  # type: ignore[no-redef,unused-ignore]

URGENT = 10
"""Priority of urgent jobs; that of the others is 0."""
CHUNK = 1_000
"""Rows that one statement deletes."""


@task
def do(job: str, key: int) -> None:
    run(job, key)


def put(job: str, key: int, *, queue: str | None = None, urgent: bool = False) -> None:
    chosen: dict[str, Any] = {"queue_name": queue} if queue else {}
    if urgent and do.get_backend().supports_priority:
        chosen["priority"] = URGENT
    (do.using(**chosen) if chosen else do).enqueue(job, key)


def waiting() -> set[tuple[str, int]]:
    """Return the jobs that no worker has begun yet; none if tasks are not in the database."""
    rows = _rows()
    if rows is None:
        return set()
    listed = rows.filter(status="READY").values_list("args_kwargs", flat=True)
    return {(job, key) for job, key in (given["args"] for given in listed.iterator())}


def prune(*, before: datetime) -> int:
    """Delete tasks that ended before that time, or were begun before it by lost workers."""
    deleted, rows = 0, _rows()
    if rows is None:
        return deleted
    ended = Q(finished_at__lt=before) | Q(status="RUNNING", started_at__lt=before)
    old = rows.filter(ended).order_by().values_list("pk", flat=True)
    while keys := list(old[:CHUNK]):
        deleted += rows.filter(pk__in=keys).delete()[0]
    return deleted


def _rows() -> Any:
    """Return the rows of `do` in the tables of django-tasks-db, None without that app."""
    if not apps.is_installed("django_tasks_db"):
        return None
    model: Any = apps.get_model("django_tasks_database", "DBTaskResult")
    return model.objects.using(router.db_for_write(model)).filter(task_path=do.module_path)
