"""The pages of docs/reference/ list each command, error, code, template and type of the code."""

import inspect
import pkgutil
import re
import sys
from dataclasses import fields
from importlib import import_module
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.test import Client

from notifications import errors, models
from notifications.backends import Delivery
from notifications.backends.base import RESERVED
from notifications.catalogue.specs import NotificationSpec
from notifications.models import Backend, Notification, catalogue
from notifications.unsubscribe.links import token
from tests.docs.pages import CODE, DOCS, names, page, rows, section

sys.path.insert(0, str(DOCS / "_ext"))
graphql_reference: Any = import_module("graphql_reference")

ROOT = DOCS.parent
APPS = ("notifications", "project")
COMMANDS = {name: app for name, app in get_commands().items() if app in APPS}
BASE = {
    *("help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color"),
    *("force_color", "skip_checks"),
}
"""Arguments of all commands of Django."""
EXCEPTIONS = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value)
    and issubclass(value, Exception)
    and value.__module__ == errors.__name__
}
TEMPLATES = ROOT / "notifications" / "templates"


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


def test_each_exception_is_listed_with_its_bases_and_attributes() -> None:
    listed = rows(section(page("reference/errors.md"), "## Python").partition("\n###")[0])
    assert {row[0].strip("`") for row in listed if len(row) == 4} == EXCEPTIONS.keys()
    for name, bases, *others in listed:
        found = EXCEPTIONS.get(name.strip("`")) or getattr(catalogue, name.strip("`"))
        documented = {base.rpartition(".")[2] for base in CODE.findall(bases)}
        assert documented == {base.__name__ for base in found.__bases__}
        for attribute in CODE.findall(others[0]) if len(others) == 2 else ():
            assert attribute in source_of(found)


def source_of(found: type[Any]) -> str:
    classes = [class_ for class_ in found.__mro__ if class_.__module__ == errors.__name__]
    return "".join(map(inspect.getsource, classes))


def test_each_code_of_a_problem_is_listed() -> None:
    text = section(page("reference/errors.md"), "### Problems of preferences")
    assert names(text) == [code.value for code in errors.ProblemCode]


def test_each_member_of_unions_is_listed_with_its_fields() -> None:
    listed = rows(section(page("reference/errors.md"), "### Members of unions"))
    schema = graphql_reference.load()
    possible: Any = schema.get_possible_types(schema.type_map["Error"])
    assert {row[0].strip("`") for row in listed} == {type_.name for type_ in possible}
    for name, attributes, exception in listed:
        expected = graphql_reference.fields(schema, name.strip("`")).keys() - {"message"}
        assert set(CODE.findall(attributes)) == expected
        assert exception.strip("`") in EXCEPTIONS


def test_each_code_of_graphql_is_listed() -> None:
    written = {
        code
        for path in ROOT.glob("schema/**/*.py")
        for code in re.findall(
            r'"((?:PERSISTED_QUERY|LIMIT|RATE|CSRF|BAD_USER|NOT_FOUND|UNAUTH|FORBID|INTERNAL)[A-Z_]*)"',
            path.read_text(encoding="utf-8"),
        )
    }
    listed = names(section(page("reference/errors.md"), "### Codes"))
    assert sorted(listed) == sorted(written)


def test_each_field_of_a_notification_is_listed() -> None:
    listed = names(section(page("reference/catalogue.md"), "## Notifications"))
    assert listed == [each.name for each in fields(NotificationSpec) if each.name != "location"]


@pytest.mark.parametrize("app", ["notifications", "schema"])
def test_each_system_check_is_listed(app: str) -> None:
    found = {
        id_
        for path in ROOT.glob(f"{app}/**/*.py")
        for id_ in re.findall(rf'"({app}\.[EWI]\d+)"', path.read_text(encoding="utf-8"))
    }
    assert sorted(names(section(page("reference/checks.md"), f"## `{app}`"))) == sorted(found)


def test_each_template_is_listed() -> None:
    text = page("reference/templates.md")
    for path in TEMPLATES.rglob("*.*"):
        assert f"`{path.relative_to(TEMPLATES).as_posix()}`" in text
    for path in ROOT.glob("project/templates/**/*.html"):
        assert f"`{path.relative_to(ROOT / 'project/templates').as_posix()}`" in text


def test_each_block_of_a_page_is_listed() -> None:
    listed = section(page("reference/templates.md"), "## Pages").partition("\n###")[0]
    for template, _page, blocks in rows(listed):
        source = (TEMPLATES / template.strip("`")).read_text(encoding="utf-8")
        assert CODE.findall(blocks) == re.findall(r"{% block (\w+)", source), template


def test_names_in_messages_are_listed() -> None:
    text = page("reference/templates.md")
    assert sorted(names(section(text, "### Names in messages"))) == sorted(RESERVED)
    attributes = {name.partition(".")[2] for name in names(section(text, "### Delivery"))}
    assert attributes == {*Delivery.__slots__, "reason"}


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("### Preferences of a user or a group", "/preferences/"),
        ("### Unsubscribing", "/preferences/unsubscribe/{token}/"),
    ],
)
def test_names_in_a_page_are_listed(heading: str, path: str, alice: Any, client: Client) -> None:
    client.force_login(alice)
    email = Backend.objects.create(name="email")
    notification = Notification.objects.create(name="welcome")
    notification.backends.add(email)
    link = token(user=alice, notification=notification, backend=email)
    response: Any = client.get(path.format(token=link))
    listed = names(section(page("reference/templates.md"), heading))
    assert sorted({*listed} - {"{% source field sources %}"}) == sorted(
        response.context_data.keys() - {"view", "token"}
    )


def test_the_graphql_page_has_each_type_and_root_field() -> None:
    text = page("reference/graphql.md")
    assert list(graphql_reference.mistakes(text, graphql_reference.load())) == []


def test_mistakes_of_the_graphql_page_are_found() -> None:
    text = "```{graphql}\nQuery.viewer\nUser User\nCat\n```\n"
    found = list(graphql_reference.mistakes(text, graphql_reference.load()))
    assert "Query.node is missing." in found
    assert found[-2:] == ["Cat is not in the schema.", "User is repeated."]


def test_the_graphql_page_links_to_types() -> None:
    text = graphql_reference.expand("```{graphql}\nQuery.inbox\n```\n", graphql_reference.load())
    assert text.startswith("### `Query.inbox`\n")
    assert "Returns [`InboxConnection!`](#inboxconnection)." in text
    assert "| `first` | `Int` |" in text


@pytest.mark.parametrize(
    "name",
    [
        *("addresses", "audience", "backends", "catalogue", "delivery", "inbox"),
        *("preferences", "privacy", "shortcuts"),
    ],
)
def test_public_names_are_on_the_python_page(name: str) -> None:
    text = page("reference/python.md")
    public = set(import_module(f"notifications.{name}").__all__) - NOT_LISTED
    assert {each for each in public if not re.search(rf"\b{each}\b", text)} == set()


@pytest.mark.parametrize(
    "path", re.findall(r"^\.\. auto\w+:: ([\w.]+)$", page("reference/python.md"), re.MULTILINE)
)
def test_each_object_of_the_python_page_has_a_docstring(path: str) -> None:
    found: Any = pkgutil.resolve_name(path)
    assert inspect.getdoc(found), path


def test_fields_of_models_exist() -> None:
    listed = rows(section(page("reference/python.md"), "## Models"))
    assert len(listed) == 8
    for model, _rows, fields_ in listed:
        found = {field.name for field in getattr(models, model.strip("`"))._meta.get_fields()}
        assert set(CODE.findall(fields_)) <= found


NOT_LISTED = {"Keys", "PROJECT", "define", "deliver", "sync_after_migrate"}
"""Names that a package exports for other packages of this project."""
