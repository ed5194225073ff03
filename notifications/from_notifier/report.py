"""Counts of an import, and sentences about the rest."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """Numbers of rows of one table.

    `imported` are new here; `kept` found something of the same name here, which stays as it is;
    `left` could not be imported; `earlier` were processed by an earlier import.
    """

    imported: int = 0
    kept: int = 0
    left: int = 0
    earlier: int = 0

    def __str__(self) -> str:
        return (
            f"{self.imported:,} imported, {self.kept:,} kept as they are here,"
            f" {self.left:,} not imported, {self.earlier:,} imported earlier"
        )


@dataclass(slots=True)
class Report:
    """Counts by kind of row, a sentence for each row that was left, and notes to act upon."""

    counts: dict[str, Counts] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, kind: str) -> Counts:
        return self.counts.setdefault(kind, Counts())

    def leave(self, kind: str, key: int, reason: str, *, about: str = "") -> None:
        self.of(kind).left += 1
        self.left.append(f"{kind}, row {key}{about}: {reason}")

    def lines(self, *, most: int | None = None) -> Iterator[str]:
        """Yield the report as text, with at most so many rows that were left; None: all."""
        for kind, counts in self.counts.items():
            yield f"{kind}: {counts}"
        for title, sentences in (("Notes:", self.notes), ("Not imported:", self.left)):
            if sentences:
                yield title
            yield from (f"  {sentence}" for sentence in sentences[:most])
            if most is not None and len(sentences) > most:
                yield f"  and {len(sentences) - most:,} more; --verbosity 2 prints all"
