"""Django's tasks: those of Django 6, or their backport on Django 5.2."""

import django

from notifications.delivery.jobs import run

if django.VERSION >= (6,):
    from django.tasks import task
else:
    from django_tasks import task  # type: ignore[no-redef,unused-ignore]


@task
def do(job: str, key: int) -> None:
    run(job, key)


def put(job: str, key: int) -> None:
    do.enqueue(job, key)
