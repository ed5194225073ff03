"""Each example of the documentation is run, here or by the test that a comment names."""

import ast
import doctest
import json
import re
import shlex
import tomllib
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.utils.module_loading import import_string

from notifications.catalogue import declared, read_file, sync
from notifications.catalogue.specs import NotificationSpec
from tests.docs.examples import PAGES, ROOT, RUN, Example, examples

OWN = re.compile(r"(notifications|schema|project)(\.[A-Za-z_]\w*)+")
INSTALL = re.compile(r"pip install '?notification-preferences(?:\[([\w,]+)\])?'?$")
MAKE = re.compile(r"make ([\w-]+)")
COMMAND = re.compile(r"^\$ (?:python )?manage\.py (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)

MAKEFILE = ROOT.joinpath("Makefile").read_text(encoding="utf-8")
METADATA = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = set(METADATA["optional-dependencies"])


class Runner:
    """Runs examples of one page: their database, namespace and user are shared."""

    def __init__(self, client: Client, folder: Path, registered: list[NotificationSpec]) -> None:
        self.client, self.folder, self.registered = client, folder, registered
        people = {name: user_of(name) for name in ("alice", "bob", "charlie")}
        self.namespace: dict[str, Any] = {"__name__": __name__, **people}
        self.answer: Any = None
        self.user = ""
        self.sign_in("alice")

    def run(self, example: Example) -> None:
        if "setup" in example.comments:
            self.execute(example.comments["setup"], str(example))
        if "user" in example.comments:
            self.sign_in(example.comments["user"])
        getattr(self, example.language)(example)

    def sign_in(self, name: str) -> None:
        self.client.force_login(user_of(name))

    def execute(self, code: str, name: str) -> None:
        exec(compile(code, name, "exec"), self.namespace)  # noqa: S102 - our own documentation
        if self.registered:  # as the next `migrate` does
            sync(declared())
            self.registered.clear()

    def python(self, example: Example) -> None:
        self.execute(example.code, str(example))
        for node in ast.walk(ast.parse(example.code)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                import_path(node.value)

    def pycon(self, example: Example) -> None:
        name, line = str(example.page), example.line
        parsed = doctest.DocTestParser().get_doctest(example.code, self.namespace, name, name, line)
        parsed.globs = self.namespace  # shared with the blocks that follow
        failures: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF | doctest.ELLIPSIS)
        runner.run(parsed, out=failures.append, clear_globs=False)
        assert not failures, "".join(failures)

    def graphql(self, example: Example) -> None:
        body = {"query": example.code}
        if "variables" in example.comments:
            body["variables"] = json.loads(example.comments["variables"])
        response = self.client.post("/graphql/", body, content_type="application/json")
        self.answer = response.json()

    def json(self, example: Example) -> None:
        expected = json.loads(example.code)
        assert json_matches(self.answer, expected), json.dumps(self.answer, indent=2)

    def toml(self, example: Example) -> None:
        path = self.folder / "catalogue.toml"
        path.write_text(example.code, encoding="utf-8")
        sync(read_file(path))

    def console(self, example: Example) -> None:
        for line in re.findall(r"^\$ (.*)$", example.code, re.MULTILINE):
            if install := INSTALL.match(line):
                assert {*filter(None, (install[1] or "").split(","))} <= EXTRAS
            elif target := MAKE.match(line):
                assert re.search(rf"^{target[1]}:", MAKEFILE, re.MULTILINE), line
            else:
                assert COMMAND.match(f"$ {line}\n"), f"{line} needs a comment"
        for command, expected in COMMAND.findall(example.code):
            output = StringIO()
            call_command(*shlex.split(command, comments=True), stdout=output)
            assert expected.strip() in output.getvalue()


def user_of(name: str) -> Any:
    users = get_user_model()._default_manager
    return users.get(**{users.model.USERNAME_FIELD: name})


def import_path(text: str) -> None:
    """Import a dotted path of this project; do nothing for other texts."""
    if not OWN.fullmatch(text):
        return
    try:
        import_string(text)
    except ImportError:
        import_module(text)


def json_matches(answer: Any, expected: Any) -> bool:
    """Compare two JSON values; the string "…" is equal to any value."""
    if isinstance(expected, dict) and isinstance(answer, dict):
        return expected.keys() == answer.keys() and all(
            json_matches(answer[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(answer, list):
        return len(expected) == len(answer) and all(map(json_matches, answer, expected))
    return bool(expected in ("…", answer))


WITH_EXAMPLES = [page for page in PAGES if any(each.is_run_here for each in examples(page))]


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_run(
    page: Path, demo: None, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[NotificationSpec] = []
    monkeypatch.setattr("notifications.catalogue.specs._registered", registered)
    runner = Runner(client, tmp_path, registered)
    for example in examples(page):
        if example.is_run_here:
            runner.run(example)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_example_is_left_out(page: Path) -> None:
    for example in examples(page):
        if example.run_by:
            test = ROOT / example.run_by
            assert test.is_file(), f"{example}: {example.run_by} does not exist"
            assert page.relative_to(ROOT).as_posix() in test.read_text(encoding="utf-8"), example
        elif "not run" in example.comments:
            reason = example.comments["not run"]
            assert len(reason) > 10, f"{example}: the reason is missing"
            assert all((ROOT / file).is_file() for file in re.findall(r"tests/\S+\.py", reason))
        else:
            assert example.language in RUN, f"{example}: no test runs {example.language}"
