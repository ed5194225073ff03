"""What notifications and backends exist: declared in code and files, kept in the database.

`specs` says what a declaration is, `files` reads TOML, `sync` makes the database say the same,
`signals` do so after `migrate`.
"""

from notifications.catalogue.files import declared, read_file
from notifications.catalogue.signals import sync_after_migrate
from notifications.catalogue.specs import Catalogue, register
from notifications.catalogue.sync import Report, define, sync

__all__ = [
    "Catalogue",
    "Report",
    "declared",
    "define",
    "read_file",
    "register",
    "sync",
    "sync_after_migrate",
]
