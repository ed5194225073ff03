"""What the record says after an attempt, and when to try again."""

import random
from datetime import timedelta
from typing import Any

from notifications.delivery.clock import now
from notifications.delivery.settings import delivery
from notifications.models import SentNotification, State

LONGEST = 1000
"""Characters of an error's message that are recorded."""


def after_success() -> dict[str, Any]:
    return _settled(State.SENT, success=True, error="", message="")


def after_failure(error: BaseException, *, attempts: int, permanent: bool) -> dict[str, Any]:
    """Return the values after a failure: due later, or a dead letter if that is the last attempt.

    Any error can be recorded, whatever its class and its text are.
    """
    name, message = _name_of(error), _text_of(error)
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


def _name_of(error: BaseException) -> str:
    longest = SentNotification._meta.get_field("error").max_length
    return _storable(type(error).__name__)[:longest] or "Error"


def _text_of(error: BaseException) -> str:
    try:
        text = str(error)
    except BaseException as broken:  # noqa: BLE001 - the class of the error is the backend's
        text = f"The error has no text: its __str__ raised {type(broken).__name__}."
    return _storable(text)[:LONGEST]


def _storable(text: str) -> str:
    """Return the text without NUL, and with `?` for each lone surrogate: databases refuse both."""
    return text.encode(errors="replace").decode().replace("\0", "")


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
