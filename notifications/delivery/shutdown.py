"""Stop request for this process and all processes that it has forked.

Workers check it between two messages. It is a byte of memory that forked processes share, as a
process that runs jobs does not always get the signal.
"""

import mmap
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

GRACE = 5.0
"""Seconds that the current message may still take."""

AGAIN = 1.0
"""Seconds after which another signal counts as a second request."""

_STEP = 0.2
_flag = mmap.mmap(-1, 1)


def request() -> None:
    """Request a stop."""
    _flag[0] = 1


def reset() -> None:
    """Clear the request."""
    _flag[0] = 0


def requested() -> bool:
    """Return True if a stop was requested."""
    return bool(_flag[0])


def sleep(seconds: float, *, meanwhile: Callable[[], None] | None = None) -> None:
    """Sleep, or return early once a stop is requested. Calls `meanwhile` again and again."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not requested():
        time.sleep(min(left, _STEP))
        if meanwhile is not None:
            meanwhile()


@contextmanager
def on_signals(stop: Callable[[], None] = request) -> Iterator[None]:
    """Call `stop` at the first SIGTERM or SIGINT; a later one has its usual effect.

    Ctrl-C reaches a process twice: from the terminal, and from its parent. See `AGAIN`.
    """
    main = threading.current_thread() is threading.main_thread()  # other threads have no handlers
    numbers = (signal.SIGTERM, signal.SIGINT) if main else ()
    before = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    first: list[float] = []

    def handle(number: int, _frame: Any) -> None:
        if first and time.monotonic() - first[0] > AGAIN:
            restore()
            os.kill(os.getpid(), number)
        elif not first:
            first.append(time.monotonic())
            stop()

    for number in numbers:
        signal.signal(number, handle)
    try:
        yield
    finally:
        restore()
