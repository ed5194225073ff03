"""Run a command where there are the programs of a deployment; on Debian, root installs them.

python -m tests.deploy COMMAND [ARGUMENT ...]
"""

import os
import shutil
import subprocess
import sys

from project.install import progress

PACKAGES = {
    "nginx": "nginx-light",
    "pgbouncer": "pgbouncer",
    "systemd-analyze": "systemd",
    "openssl": "openssl",
    "curl": "curl",
}
# Services must not start: the tests start programs of their own.
INSTALL = "apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "


def install() -> None:
    search = f"{os.environ['PATH']}:/usr/sbin"
    missing = [name for name in PACKAGES if not shutil.which(name, path=search)]
    if not missing:
        return
    packages = " ".join(PACKAGES[name] for name in missing)
    if os.getuid() == 0 and shutil.which("apt-get"):
        if status := progress.main(f"Installing {packages}", "sh", "-c", INSTALL + packages):
            sys.exit(status)
        return
    sys.exit(f"Programs are missing. Install {packages}.")


if __name__ == "__main__":
    install()
    sys.exit(subprocess.call(sys.argv[1:]))
