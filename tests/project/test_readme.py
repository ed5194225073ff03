"""README.md tells the truth: its queries and its Python are run on the demo."""

import doctest
import json
import re
from pathlib import Path

from django.contrib.auth import get_user_model
from django.test import Client

README = Path("README.md").read_text(encoding="utf-8")


def test_queries_get_the_answers_shown(demo: None, client: Client) -> None:
    users = get_user_model()._default_manager
    client.force_login(users.get(**{users.model.USERNAME_FIELD: "alice"}))
    shown = re.findall(r"```graphql\n(.*?)```\n\n```json\n(.*?)```", README, re.DOTALL)
    assert len(shown) == README.count("```graphql") == README.count("```json")
    for query, answer in shown:
        response = client.post("/graphql/", {"query": query}, content_type="application/json")
        assert response.json() == json.loads(answer)


def test_python_does_what_is_shown(demo: None) -> None:
    source = "\n".join(re.findall(r"```pycon\n(.*?)```", README, re.DOTALL))
    parsed = doctest.DocTestParser().get_doctest(source, {}, "README.md", "README.md", 0)
    assert parsed.examples
    runner = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF)
    failures: list[str] = []
    runner.run(parsed, out=failures.append)
    assert not failures, "".join(failures)


def test_targets_named_are_there() -> None:
    makefile = Path("Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:`|\$ )make ([a-z-]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
