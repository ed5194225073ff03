from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(dict[K, V]):
    """A cache that is emptied when it is full: what is used often is soon there again."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def setdefault(self, key: K, default: V) -> V:
        if key in self:
            return super().setdefault(key, default)
        self[key] = default
        return default

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= self.size:
            self.clear()
        super().__setitem__(key, value)
