"""Report of what a sync changes."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from django.db import models


@dataclass(slots=True)
class Report:
    """Diff of rows: `+` added, `~` changed, `!` kept, but not in the catalogue."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unchanged: int = 0

    def lines(self) -> list[str]:
        return [
            *(f"+ {line}" for line in self.added),
            *(f"~ {line}" for line in self.changed),
            *(f"! {line}" for line in self.kept),
            f"= {self.unchanged} unchanged",
        ]

    def note(self, row: str, *, created: bool, differences: Sequence[str]) -> None:
        """Add a row to the report, such as "backend email"."""
        if created:
            self.added.append(row)
        elif differences:
            self.changed.append(f"{row}: {'; '.join(differences)}")
        else:
            self.unchanged += 1


def assign(row: models.Model, fields: Mapping[str, Any]) -> list[str]:
    """Set the fields and return the differences as text."""
    differences = []
    for key, value in fields.items():
        before = getattr(row, key)
        if before != value:
            differences.append(f"{key} {before!r} → {value!r}")
            setattr(row, key, value)
    return differences


def difference(before: AbstractSet[str], after: AbstractSet[str]) -> str:
    """Return the names that were added and removed, such as "+sms -email"."""
    signed = [f"+{name}" for name in after - before] + [f"-{name}" for name in before - after]
    return " ".join(sorted(signed))
