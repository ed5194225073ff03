from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar


class BaseBackend(ABC):
    """A way to deliver. Name the class in the setting `NOTIFICATION_BACKENDS`.

    `name` is unique and lasts; `display_name` and `description` are for people.
    """

    name: ClassVar[str]
    display_name: ClassVar[str] = ""
    description: ClassVar[str] = ""

    def __init__(self, notification: Any) -> None:
        self.notification = notification

    @abstractmethod
    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> bool:
        """Deliver to one user. Whether the user wants it has been decided before."""
