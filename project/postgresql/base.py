"""Django's PostgreSQL, but for the check of connections that are kept: it takes no statement."""

from select import POLLIN, poll

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the connection is still there.

        A server that goes closes it, and then there is something to read where nobody was asked.
        """
        if self.connection is None or self.connection.closed:
            return False
        socket = poll()
        socket.register(self.connection.fileno(), POLLIN)
        return not socket.poll(0)
