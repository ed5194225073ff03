"""A database that the app has no SQL for, and whose driver is there."""

from django.db.backends.dummy import base


class DatabaseWrapper(base.DatabaseWrapper):
    vendor = "cockroachdb"
