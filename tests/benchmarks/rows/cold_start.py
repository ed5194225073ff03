"""From the first import to the first answer, beside a project that has nothing in it."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser

from tests.benchmarks.browser import Browser, graphql
from tests.benchmarks.harness import SQLITE, Bench, Benchmark, Row, at_most
from tests.benchmarks.rows.matrix import QUERY
from tests.benchmarks.world import created_user

COLD = Row(
    "cold start: import to the first matrix query answered",
    "`django-admin check` of an empty project with Strawberry installed",
    at_most(2),
)
FIRST_ANSWER = [sys.executable, "-m", "tests.benchmarks.first_answer"]
CHECK = [sys.executable, "-m", "django", "check"]


def cold_start(bench: Bench) -> None:
    # A rehearsal's rows are in a transaction that no other process sees: it asks for none.
    user = AnonymousUser() if bench.rehearsal else created_user(100, 4)
    body = graphql("{ __typename }" if bench.rehearsal else QUERY)
    browser = Browser(user)
    request = json.dumps({**browser.environ("/graphql/", body), "body": body.decode()}).encode()
    answer = browser.post("/graphql/", body)
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        empty = _empty_project(folder)
        bench.compare(
            COLD,
            ours=lambda: _output(FIRST_ANSWER, input=request),
            theirs=lambda: _output(CHECK, cwd=folder, env=empty),
            same=lambda ours, theirs: ours == answer and b"no issues" in theirs,
        )


def _empty_project(folder: str) -> dict[str, str]:
    """Make it, and return the environment to run it in."""
    subprocess.run([sys.executable, "-m", "django", "startproject", "empty", folder], check=True)
    settings = Path(folder, "empty", "settings.py")
    added = settings.read_text() + 'INSTALLED_APPS.append("strawberry_django")\n'
    settings.write_text(added)
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "empty.settings"}


def _output(command: list[str], **options: Any) -> bytes:
    done: bytes = subprocess.run(command, check=True, stdout=subprocess.PIPE, **options).stdout
    return done


BENCHMARK = Benchmark("cold_start", (COLD,), cold_start, (SQLITE,))
