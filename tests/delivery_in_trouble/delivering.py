"""Backend that writes its messages to a file, and kills its process at a step."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from notifications.backends import BaseBackend
from notifications.delivery.jobs import run


def kill_at(step: str) -> None:
    """Kill this process at the step that KILL names, after so many passes: `sent:7`."""
    step_to_kill, _, times = os.environ.get("KILL", "").partition(":")
    if step_to_kill == step:
        _passed.append(step)
        if len(_passed) > int(times):
            os.kill(os.getpid(), signal.SIGKILL)


_passed: list[str] = []


def hang(how: str) -> None:
    """Never return, if HANG names a way to hang."""
    if how == "sleeping":
        time.sleep(3600)
    while how == "working":
        pass
    while how == "swallowing":
        with suppress(BaseException):  # as bad code does
            time.sleep(3600)


class Post(BaseBackend):
    name = "post"

    @contextmanager
    def session(self) -> Iterator[None]:
        kill_at("session")
        yield

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> None:
        super().send(user, context)
        kill_at("sending")
        time.sleep(float(os.environ.get("SLOW", "0")))
        if user.get_username() == "user-0":
            hang(os.environ.get("HANG", ""))
        with Path(os.environ["DELIVERED"]).open("a") as delivered:
            delivered.write(f"{user.pk}\n")
        kill_at("sent")


def put(job: str, key: int) -> None:
    """Run the job immediately, unless killed."""
    kill_at("queueing")
    run(job, key)


def forget(job: str, key: int) -> None:
    """Broker that loses all jobs."""
