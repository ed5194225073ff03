"""Report of an import: counts, and a sentence about each row that was not imported."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """Numbers of rows of one table of django-notifier.

    `imported` rows were created in this app; `kept` rows exist in this app and stay unchanged;
    `skipped` rows cannot be imported; `earlier` rows were processed by an earlier import.
    """

    imported: int = 0
    kept: int = 0
    skipped: int = 0
    earlier: int = 0

    def __str__(self) -> str:
        return (
            f"{self.imported:,} imported, {self.kept:,} exist already,"
            f" {self.skipped:,} not imported, {self.earlier:,} imported earlier"
        )


@dataclass(slots=True)
class Report:
    """Counts by kind of row, a sentence for each skipped row, and notes for the administrator."""

    counts: dict[str, Counts] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, kind: str) -> Counts:
        return self.counts.setdefault(kind, Counts())

    def skip(self, kind: str, key: int, reason: str, *, about: str = "") -> None:
        self.of(kind).skipped += 1
        self.skipped.append(f"{kind}, row {key}{about}: {reason}")

    def lines(self, *, most: int | None = None) -> Iterator[str]:
        """Yield the report as text, with at most `most` notes and skipped rows; None for all."""
        for kind, counts in self.counts.items():
            yield f"{kind}: {counts}"
        for title, sentences in (("Notes:", self.notes), ("Not imported:", self.skipped)):
            if sentences:
                yield title
            yield from (f"  {sentence}" for sentence in sentences[:most])
            if most is not None and len(sentences) > most:
                yield f"  and {len(sentences) - most:,} more; --verbosity 2 prints all"
