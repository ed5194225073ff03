"""Catalogue of notifications and backends: declared in code and files, stored in the database.

`specs` has declarations, `definitions` those of `create_notification`; `files` reads TOML,
`validation` checks, `sync` writes, `signals` syncs after `migrate`.
"""

from notifications.catalogue.definitions import define
from notifications.catalogue.files import PROJECT, declared, read_file
from notifications.catalogue.report import Report
from notifications.catalogue.signals import sync_after_migrate
from notifications.catalogue.specs import Catalogue, register
from notifications.catalogue.sync import sync

__all__ = [
    "PROJECT",
    "Catalogue",
    "Report",
    "declared",
    "define",
    "read_file",
    "register",
    "sync",
    "sync_after_migrate",
]
