"""Delivery to the console, for development."""

import sys
from collections.abc import Mapping
from typing import Any

from notifications.backends.base import BaseBackend


class ConsoleBackend(BaseBackend):
    """Prints messages to the standard output of the process that delivers."""

    name = "console"
    display_name = "Console"
    description = "Printed where the service runs."

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> bool:
        super().send(user, context)
        sys.stdout.write(f"{self.display_name} to {user}:\n{self.text()}\n{'-' * 79}\n")
        sys.stdout.flush()
        return True
