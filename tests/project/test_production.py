"""Production's settings are decided when they are imported, so each test starts a process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START = """
import sys
from django.conf import settings
from django.core.management import call_command
import django
settings.STATIC_ROOT = sys.argv[1]
django.setup()
"""
COLLECT = "call_command('collectstatic', verbosity=0, interactive=False, ignore=['graphiql'])\n"
GET = """
from django.test import Client
response = Client().get(PATH, secure=True, headers={"host": "example.org", "accept": "text/html"})
print(response.status_code, response.headers["Content-Type"])
"""


def production(script: str, static: Path, **environment: str) -> str:
    defaults = {
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "DEBUG": "false",
        "SECRET_KEY": "only-for-tests",
        "ALLOWED_HOSTS": "example.org",
        "DATABASE_URL": "sqlite://:memory:",
    }
    return subprocess.run(
        [sys.executable, "-c", START + script, str(static)],
        cwd=ROOT,
        env={**os.environ, **defaults, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(
    ("environment", "answer"),
    [
        ({}, "405 application/json; charset=utf-8"),
        ({"GRAPHIQL": "true"}, "200 text/html; charset=utf-8"),
    ],
)
def test_graphiql_is_off_by_default(
    tmp_path: Path, environment: dict[str, str], answer: str
) -> None:
    script = GET.replace("PATH", "'/graphql/'")
    assert production(script, tmp_path, **environment).strip() == answer


def test_the_deployment_serves_its_own_static_files(tmp_path: Path) -> None:
    script = COLLECT + GET.replace("PATH", "'/static/project/page.css'")
    assert production(script, tmp_path).strip().startswith("200 text/css")
    assert (tmp_path / "project" / "page.css.gz").exists()


SIGN_IN = """
call_command("migrate", verbosity=0)
from django.contrib.auth import get_user_model
from django.test import Client
get_user_model()._default_manager.create_user("alice", password="password")
given = {"username": "alice", "password": "password"}
client = Client(headers={"host": "example.org"})
response = client.post("/accounts/login/", given, secure=True)
for cookie in response.cookies.values():
    print(cookie.OutputString())
print(*(f"{name}: {value}" for name, value in response.headers.items()), sep="\\n")
print(client.get("/accounts/login/").headers["Location"])
"""


def test_cookies_and_pages_are_for_https_and_this_site_alone(tmp_path: Path) -> None:
    output = production(SIGN_IN, tmp_path)
    csrf, session, *headers, moved = output.splitlines()
    assert csrf.startswith("csrftoken=")
    assert csrf.endswith("SameSite=Lax; Secure")
    assert session.startswith("sessionid=")
    assert "HttpOnly" in session
    assert session.endswith("SameSite=Lax; Secure")
    assert {
        "X-Frame-Options: DENY",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: same-origin",
        "Cross-Origin-Opener-Policy: same-origin",
        "Strict-Transport-Security: max-age=2592000",
    } <= set(headers)
    assert moved == "https://example.org/accounts/login/"
