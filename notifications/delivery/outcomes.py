"""What the record says after an attempt, and when to try again."""

import random
from datetime import timedelta
from typing import Any

from django.utils.timezone import now

from notifications.delivery.settings import delivery
from notifications.models import State

LONGEST = 1000
"""How much of an error's message is kept."""


def after_success() -> dict[str, Any]:
    return _settled(State.SENT, success=True, error="", message="")


def after_failure(error: Exception, *, attempts: int, permanent: bool) -> dict[str, Any]:
    """Try again later, unless that is useless, or was tried often enough."""
    name, message = type(error).__name__, str(error).replace("\0", "")[:LONGEST]
    if permanent or attempts >= delivery().attempts:
        return _settled(State.FAILED, success=False, error=name, message=message)
    due = now() + timedelta(seconds=backoff(attempts))
    return {
        "state": State.PENDING,
        "due": due,
        "error": name,
        "message": message,
        "updated": now(),
    }


def after_loss() -> dict[str, Any]:
    """Workers were lost with it, each time: it may be what kills them."""
    message = "Each worker that tried was lost while it did."
    return _settled(State.FAILED, success=False, error="WorkerLost", message=message)


def after_withholding(source: str) -> dict[str, Any]:
    return _settled(State.WITHHELD, success=None, source=source)


def _settled(state: State, *, success: bool | None, **more: Any) -> dict[str, Any]:
    return {"state": state, "success": success, "due": None, "updated": now(), **more}


def backoff(attempts: int) -> float:
    """Seconds to wait after so many attempts: anything up to twice as much as the time before.

    All of it is chance ("full jitter"), so that what failed together does not come back together.
    """
    setting = delivery()
    longest = min(setting.backoff * 2 ** (attempts - 1), setting.backoff_limit)
    return random.uniform(0, longest)  # noqa: S311 - spreads load, guards nothing
