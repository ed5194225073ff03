"""docs/reference/ lists each command, with its arguments, and each system check."""

import re
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class

from tests.docs.examples import ROOT
from tests.docs.pages import names, page, rows, section

APPS = ("notifications", "project")
COMMANDS = {name: app for name, app in get_commands().items() if app in APPS}
BASE = {
    *("help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color"),
    *("force_color", "skip_checks"),
}
"""Arguments of all commands of Django."""


def test_each_command_has_a_section() -> None:
    listed = re.findall(r"^### `(\w+)`$", page("reference/commands.md"), re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_of_the_service_are_marked(name: str) -> None:
    text = section(page("reference/commands.md"), f"### `{name}`")
    assert text.startswith("\n`project/` only.") is (COMMANDS[name] == "project")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_argument_of_a_command_is_listed(name: str) -> None:
    text = section(page("reference/commands.md"), f"### `{name}`")
    assert names(text) == list(defaults(name))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_default_of_a_command_is_listed(name: str) -> None:
    for argument, meaning in rows(section(page("reference/commands.md"), f"### `{name}`")):
        for written in re.findall(r"Default: ([\d.]+)\.", meaning):
            assert float(written) == float(defaults(name)[argument.strip("`")])


def defaults(name: str) -> dict[str, Any]:
    """Return the defaults of a command's own arguments, by their names, in order."""
    parser = load_command_class(COMMANDS[name], name).create_parser("manage.py", name)
    actions = [action for action in parser._actions if action.dest not in BASE]  # noqa: SLF001
    return {(each.option_strings or [each.dest])[-1]: each.default for each in actions}


@pytest.mark.parametrize("app", ["notifications", "schema"])
def test_each_system_check_is_listed(app: str) -> None:
    found = {
        id_
        for path in ROOT.glob(f"{app}/**/*.py")
        for id_ in re.findall(rf'"({app}\.[EWI]\d+)"', path.read_text(encoding="utf-8"))
    }
    assert sorted(names(section(page("reference/checks.md"), f"## `{app}`"))) == sorted(found)
