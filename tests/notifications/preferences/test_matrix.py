"""The cache of rows, by snapshot."""

import gc
from weakref import ref

from notifications.configuration.cache import ConfigurationSnapshot
from notifications.configuration.entries import Configuration
from notifications.preferences.matrix import MatrixCache


def test_entries_are_removed_with_their_snapshot() -> None:
    cache = MatrixCache()
    snapshot = ConfigurationSnapshot((1, 1), Configuration(()))
    parts = cache.of(snapshot)
    assert cache.of(snapshot) is parts
    templates, rows = ref(parts.templates), ref(parts.rows)
    del parts, snapshot
    gc.collect()
    assert (templates(), rows()) == (None, None)


def test_snapshots_of_one_catalogue_share_rows() -> None:
    cache, configuration = MatrixCache(), Configuration(())
    snapshots = [ConfigurationSnapshot((1, groups), configuration) for groups in (1, 2)]
    first, second = map(cache.of, snapshots)
    assert first.rows is second.rows
    assert first.templates is not second.templates
    assert first.matrices is not second.matrices


def test_equal_catalogues_do_not_share_rows() -> None:
    cache = MatrixCache()
    snapshots = [ConfigurationSnapshot((1, 1), Configuration(())) for _ in range(2)]
    first, second = map(cache.of, snapshots)
    assert first.rows is not second.rows
