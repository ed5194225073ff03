"""The distribution works in somebody else's project, set up as the README says."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

README = Path("README.md").read_text(encoding="utf-8")
[REGISTERED] = re.findall(r"```python\n(from notifications.catalogue.*?)```", README, re.DOTALL)

SETTINGS = """
SECRET_KEY = "only-for-tests"
ROOT_URLCONF = "host.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "host", "schema", "notifications",
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": ["django.template.context_processors.request"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "host.sqlite3",
    "OPTIONS": {"transaction_mode": "IMMEDIATE"}}}
NOTIFICATION_MESSAGES = {"SITE_URL": "https://shop.example.org"}
"""

URLS = """
from django.urls import include, path
urlpatterns = [
    path("", include("schema.urls")),
    path("preferences/", include("notifications.urls")),
]
"""

MODELS = """
from django.db import models
class Invoice(models.Model):
    pass
"""

VISIT = """
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from notifications.models import Backend
Backend.objects.create(name="sms")
call_command("migrate", verbosity=1)
client = Client(headers={"host": "localhost"})
client.force_login(User.objects.create(username="root", is_superuser=True))
query = "{ preferences { notifications { notification { name } cells { source } } } }"
print(client.post("/graphql/", {"query": query}, content_type="application/json").content.decode())
print(client.get("/preferences/").status_code)
"""


def test_a_host_project_needs_no_more_than_the_readme_says(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    host = tmp_path / "host"
    host.mkdir()
    invoices = REGISTERED.replace("billing.view_invoice", "host.view_invoice")
    files = {"settings": SETTINGS, "urls": URLS, "models": MODELS, "__init__": ""}
    for name, text in files.items():
        (host / f"{name}.py").write_text(text)
    (host / "migrations").mkdir()
    (host / "migrations" / "__init__.py").touch()

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env={"DJANGO_SETTINGS_MODULE": "host.settings", "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("-m", "django", "check", "--fail-level", "WARNING", "--database", "default")
    run("-m", "django", "makemigrations", "host")
    run("-m", "django", "migrate")
    (host / "notifications.py").write_text(invoices)
    *said, answer, status = run("-c", VISIT).splitlines()
    assert "  + notification card-declined" in said
    assert '"name":"card-declined"},"cells":[{"source":"DEFAULT"},{"source":"DEFAULT"}]' in answer
    assert status == "200"
