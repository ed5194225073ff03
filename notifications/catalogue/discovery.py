"""Discovery of modules that declare notifications, and recognition of their calls."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType

from django.apps import apps
from django.utils.module_loading import autodiscover_modules

MODULE = "notifications"
"""Name of the modules in which apps declare notifications."""

_OWN = __name__.partition(".")[0]
_discovering: ContextVar[bool] = ContextVar("_discovering", default=False)


@contextmanager
def _discovery() -> Iterator[None]:
    token = _discovering.set(True)
    try:
        yield
    finally:
        _discovering.reset(token)


def discover() -> None:
    """Import the `notifications` module of every installed app."""
    with _discovery():
        autodiscover_modules(MODULE)


def location_of_declaration() -> str | None:
    """Return module and line of a call that declares, None for a call that writes immediately.

    A call declares if it comes from the body of a `notifications` module of an installed app, or
    of a module below it; and while apps are loading, when there may be no tables yet.
    """
    frame: FrameType | None = sys._getframe(1)
    caller = ""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        location = f"{name}, line {frame.f_lineno}"
        if not caller and name.partition(".")[0] != _OWN:
            caller = location
        if frame.f_code.co_name == "<module>" and _declares(name):
            return location
        frame = frame.f_back
    if _discovering.get() or not apps.ready:
        return caller or "an unknown module"
    return None


def _declares(module: str) -> bool:
    if not apps.ready:
        return False
    declaring = [f"{config.name}.{MODULE}" for config in apps.get_app_configs()]
    return any(module == name or module.startswith(f"{name}.") for name in declaring)
