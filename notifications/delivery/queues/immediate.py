"""Immediate execution: the process that puts a job runs it, after its transaction."""

from typing import Any

from notifications.delivery.jobs import run


def put(job: str, key: int, **_options: Any) -> None:
    run(job, key)
