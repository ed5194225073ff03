"""What a page says once, such as that something was saved."""

from typing import Any

from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.utils.functional import cached_property


class MessageStorage(BaseStorage):
    """Django's own, made where there is something to say: every request has one, few need it."""

    @cached_property
    def _storage(self) -> Any:
        return FallbackStorage(self.request)

    def _get(self, *args: Any, **kwargs: Any) -> Any:
        return self._storage._get(*args, **kwargs)  # noqa: SLF001 - as storages ask each other

    def _store(self, *args: Any, **kwargs: Any) -> Any:
        return self._storage._store(*args, **kwargs)  # noqa: SLF001
