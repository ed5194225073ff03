"""The plot contains the measured values."""

from xml.etree import ElementTree as ET

from tests.benchmarks.plot import curves, plotted

FIGURES: list[dict[str, object]] = [
    {
        "benchmark": "audience",
        "database": database,
        "notes": {f"fetched_{10**power}_ms": factor * 10 ** (power - 4) for power in (4, 5, 6)},
    }
    for database, factor in (("sqlite", 20), ("postgresql", 10))
]
OTHER: dict[str, object] = {"benchmark": "http", "database": "sqlite", "notes": {"ours_ms": 1}}


def test_curves_are_those_of_the_audience_alone() -> None:
    assert curves([*FIGURES, OTHER]) == {
        ("sqlite", "fetched"): {10_000: 20, 100_000: 200, 1_000_000: 2000},
        ("postgresql", "fetched"): {10_000: 10, 100_000: 100, 1_000_000: 1000},
    }


def test_slower_values_are_higher() -> None:
    svg = ET.fromstring(plotted(curves(FIGURES)))  # noqa: S314 - our own
    texts = {element.text: float(element.get("y", 0)) for element in svg.iter() if element.text}
    assert texts["SQLite, fetched 2,000"] < texts["PostgreSQL, fetched 1,000"]
