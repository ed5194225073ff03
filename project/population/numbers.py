"""Numbers that look random and are the same on every database, as SQL."""

PRIME = 2_147_483_647
"""The largest whose squares a signed 64-bit integer holds."""


def drawn(number: str, salt: int, below: int) -> str:
    """Draw, for each `number`, one of 0 … `below` - 1. Other salts draw others."""
    value = f"(CAST({number} AS bigint) % {PRIME})"
    for factor in (48_271, 69_621):
        value = f"(({value} * {factor} + {(salt * 7_919 + factor) % PRIME}) % {PRIME})"
        value = f"({value} * {value} % {PRIME})"
    return f"({value} / 8 % {below})"


def series(first: int, last: int, *, postgresql: bool) -> str:
    """A table `s` with a column `i` of the numbers from `first` to `last`."""
    if postgresql:
        return f"generate_series({first}::bigint, {last}) AS s (i)"
    return (
        f"(WITH RECURSIVE r (i) AS (VALUES ({first}) UNION ALL SELECT i + 1 FROM r"  # noqa: S608
        f" WHERE i < {last}) SELECT i FROM r) AS s"
    )
