"""No queue: the process that puts a job does it, once its transaction is committed."""

from typing import Any

from notifications.delivery.jobs import run


def put(job: str, key: int, **_options: Any) -> None:
    run(job, key)
