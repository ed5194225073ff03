"""A backend that writes what it is given into a file, and kills its own process when told to."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from notifications.backends import BaseBackend
from notifications.delivery.jobs import run


def die(step: str) -> None:
    """KILL names a step and how often it is passed before: `sent:7`."""
    wanted, _, times = os.environ.get("KILL", "").partition(":")
    if wanted == step:
        _passed.append(step)
        if len(_passed) > int(times):
            os.kill(os.getpid(), signal.SIGKILL)


_passed: list[str] = []


def hang(how: str) -> None:
    """Never return, if HANG names a way."""
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
        die("session")
        yield

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> None:
        super().send(user, context)
        die("sending")
        time.sleep(float(os.environ.get("SLOW", "0")))
        if user.get_username() == "user-0":
            hang(os.environ.get("HANG", ""))
        with Path(os.environ["DELIVERED"]).open("a") as delivered:
            delivered.write(f"{user.pk}\n")
        die("sent")


def put(job: str, key: int) -> None:
    """Do it at once, unless killed."""
    die("queueing")
    run(job, key)


def forget(job: str, key: int) -> None:
    """A broker that loses everything."""
