"""docs/reference/settings.md has each setting, key and variable that the code reads."""

import json
import os
import re
import subprocess
import sys
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from notifications.conf import DeliverySettings, MessageSettings
from schema.auth.rates import Rates
from schema.auth.tokens import BearerSettings
from schema.conf import Execution, Exposure, Limits
from tests.docs.pages import CODE, names, page, rows, section

PAGE = page("reference/settings.md")
ROOT = Path(__file__).parents[2]
KEYS: dict[str, list[type[Any]]] = {
    "NOTIFICATION_MESSAGES": [MessageSettings],
    "NOTIFICATION_DELIVERY": [DeliverySettings],
    "NOTIFICATION_GRAPHQL": [Limits, Exposure, Execution],
    "NOTIFICATION_BEARER": [BearerSettings],
    "NOTIFICATION_RATES": [Rates],
}
TYPES = {
    "text": str,
    "path": str,
    "rate": str,
    "integer": int,
    "integer or `None`": int,
    "boolean": bool,
    "list of texts": tuple,
    "dictionary": dict,
}


def keys(setting: str) -> dict[str, Any]:
    renamed = {"intervals": "RATES"}  # rates after parsing
    return {
        renamed.get(each.name, each.name.upper()): each
        for part in KEYS[setting]
        for each in fields(part)
    }


def default(each: Any) -> Any:
    return each.default if each.default_factory is MISSING else each.default_factory()


@pytest.mark.parametrize("setting", KEYS)
def test_each_key_is_listed_once(setting: str) -> None:
    listed = names(section(PAGE, f"## `{setting}`"))
    assert sorted(listed) == sorted(keys(setting))


@pytest.mark.parametrize("setting", KEYS)
def test_each_default_is_that_of_the_code(setting: str) -> None:
    for name, type_, written, _meaning in rows(section(PAGE, f"## `{setting}`")):
        value = default(keys(setting)[name.strip("`")])
        listed = CODE.findall(written)
        if len(listed) > 1 and value is not MISSING:
            assert tuple(listed) == value
        elif value is not MISSING and written == f"`{''.join(listed)}`":
            assert written == f"`{as_written(value)}`"
            assert value is None or isinstance(value, TYPES[type_])


def as_written(value: Any) -> str:
    return repr(value) if value is None or isinstance(value, bool) else json.dumps(value)


def test_each_setting_of_the_apps_is_listed() -> None:
    files = [*ROOT.glob("notifications/**/*.py"), *ROOT.glob("schema/**/*.py")]
    found = {
        name
        for file in files
        for name in re.findall(r'"(NOTIFI(?:CATION|ER)_[A-Z_]+)"', file.read_text("utf-8"))
    }
    assert set(names(PAGE.partition("\n## ")[0])) == found


def test_each_variable_of_the_service_is_listed() -> None:
    listed = names(section(PAGE, "## Environment variables of the service"))
    production = {"SECRET_KEY": "x", "ALLOWED_HOSTS": "x", "DATABASE_URL": "postgres://x/x"}
    development = {"DEBUG": "true", "SECRET_KEY": "x"}
    read = variables_read(production) | variables_read(development)
    others = {"DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR"}  # read outside of the settings
    assert set(listed) == (read | others) - {"DJANGO_SETTINGS_MODULE"}


RECORDER = """
import environ

class Environment(dict):
    read = set()
    def __contains__(self, name):
        self.read.add(name)
        return super().__contains__(name)
    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)
    def get(self, name, default=None):
        self.read.add(name)
        return super().get(name, default)

environ.Env.ENVIRON = Environment(environ.Env.ENVIRON)
import project.settings
print(*Environment.read)
"""


def variables_read(variables: dict[str, str]) -> set[str]:
    """Return the names of the variables that project.settings reads in this environment."""
    command = [sys.executable, "-c", RECORDER]
    environment = {"PATH": os.environ["PATH"], **variables}
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())
