"""The clock of the database, which all machines share."""

from datetime import datetime

from django.db import connections
from django.utils.timezone import now


def database_now(*, using: str) -> datetime:
    """Return the time of the database server; of this process if the database is a file (SQLite).

    The time is naive with `USE_TZ = False`, as the values of fields are.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT STATEMENT_TIMESTAMP()")
        moment: datetime = cursor.fetchone()[0]
    return moment
