"""Time limit of a message, enforced by an alarm signal.

Python runs signal handlers in the main thread only. `delivery_worker`, `db_worker`, commands and
Celery's prefork pool deliver there; in other threads there is no limit.
"""

import faulthandler
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from notifications.conf import delivery_settings
from notifications.delivery import shutdown
from notifications.errors import DeliveryFailed

TICK = 1.0
"""Seconds between two alarms: a backend may catch the first exception."""

KILL_AFTER = 2 * shutdown.GRACE
"""Seconds after the limit at which a replaceable process ends itself."""


class TimeLimitExceeded(DeliveryFailed):
    """Failure of a message that took longer than TIME_LIMIT."""


class _Alarm(BaseException):
    """Raised in the backend's code; not an Exception, so that few backends catch it."""


class _Limit:
    """Limit of one message. `replaceable`: a supervisor replaces this process if it ends."""

    replaceable = False

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self.is_active = True

    def check(self, _number: int, _frame: Any) -> None:
        if shutdown.requested():
            self._end = min(self._end, time.monotonic() + shutdown.GRACE)
        if self.is_active and time.monotonic() >= self._end:
            raise _Alarm


def end_process_if_stuck() -> None:
    """End this process if uninterruptible code exceeds the limit by `KILL_AFTER`."""
    _Limit.replaceable = True


@contextmanager
def time_limit(backend: str) -> Iterator[None]:
    """Interrupt the block after TIME_LIMIT seconds. Raises TimeLimitExceeded."""
    if not _is_possible():
        yield
        return
    seconds = delivery_settings().time_limit
    limit = _Limit(seconds)
    signal.signal(signal.SIGALRM, limit.check)
    signal.setitimer(signal.ITIMER_REAL, min(TICK, seconds), min(TICK, seconds))
    if _Limit.replaceable:
        faulthandler.dump_traceback_later(seconds + KILL_AFTER, exit=True)
    try:
        yield
    except _Alarm:
        message = f"The backend {backend!r} took longer than {seconds:g} seconds."
        raise TimeLimitExceeded(message) from None
    finally:
        limit.is_active = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        if _Limit.replaceable:
            faulthandler.cancel_dump_traceback_later()


def _is_possible() -> bool:
    """Return False in other threads, on Windows, in an outer limit, and if the alarm is in use."""
    return (
        threading.current_thread() is threading.main_thread()
        and hasattr(signal, "setitimer")
        and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
        and signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    )
