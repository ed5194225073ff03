"""For development: what would be sent is printed."""

import sys
from collections.abc import Mapping
from typing import Any

from notifications.backends.base import BaseBackend


class ConsoleBackend(BaseBackend):
    name = "console"
    display_name = "Console"
    description = "Printed where the service runs."

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> bool:
        super().send(user, context)
        sys.stdout.write(f"{self.display_name} to {user}:\n{self.text()}\n{'-' * 79}\n")
        sys.stdout.flush()
        return True
