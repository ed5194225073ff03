from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """How many of everything; `preferences` of each group, and of the `share` of users with any."""

    users: int
    notifications: int = 50
    backends: int = 4
    groups: int = 100
    preferences: int = 4
    share: float = 1.0
    seed: int = 1
