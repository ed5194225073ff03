"""Management commands, and users as their arguments."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from notifications.database.routing import for_write


def user_named(name: str) -> Any:
    """Return the user with this USERNAME_FIELD. Raises CommandError."""
    model = get_user_model()
    try:
        users: Any = model._default_manager.db_manager(for_write())
        return users.get_by_natural_key(name)
    except model.DoesNotExist:
        raise CommandError(f"There is no user with the {model.USERNAME_FIELD} {name!r}.") from None
