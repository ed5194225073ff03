"""Description of the machine and of the versions that were measured."""

import os
import platform
import re
import sqlite3
from importlib.metadata import version
from pathlib import Path

import django
import psycopg


def described(server: str) -> dict[str, str]:
    """`server` is the URL of PostgreSQL, or empty."""
    about = {
        "machine": f"{os.cpu_count()} cores, {_processor()}, {platform.system()}",
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "Strawberry": version("strawberry-graphql"),
        "SQLite": sqlite3.sqlite_version,
    }
    if server:
        with psycopg.connect(server) as connection:
            number = connection.info.server_version
        about["PostgreSQL"] = f"{number // 10000}.{number % 10000}"
    return about


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.machine()
