"""A signal about deliveries, for metrics."""

from django.dispatch import Signal

from notifications.models import SentNotification

deliveries_done = Signal()
"""Sent by the process that delivers, after it has recorded an attempt.

`backend` is the name of the backend, `state` the state of the delivery, and `count` the number of
deliveries. `error` is the class of the error, empty if there was none. `seconds` is the time that
the backend took; None if it had nothing to do. PENDING: to be tried again.
"""


def notify(
    *, backend: str, state: str, count: int = 1, error: str = "", seconds: float | None = None
) -> None:
    deliveries_done.send_robust(
        sender=SentNotification,
        backend=backend,
        state=state,
        count=count,
        error=error,
        seconds=seconds,
    )
