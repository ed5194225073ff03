"""The pages of the documentation for a project of one's own are followed as they are written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.walkthrough import Reader, section

README = Path("README.md").read_text(encoding="utf-8")
SHORT = section(README, "## Into a project of your own")
LONG = Path("docs/getting-started.md").read_text(encoding="utf-8")
TESTING = Path("docs/guides/testing.md").read_text(encoding="utf-8")
CELLS = """{
  preferences {
    notification(name: "order-shipped") { cells { backend { name } effective source } }
  }
}"""
INBOX = "{ inbox(first: 5) { nodes { title text } } }"


@pytest.fixture(scope="module")
def short(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with Reader(tmp_path_factory.mktemp("short"), wheel) as reader:
        reader.follow(SHORT)
        yield reader


@pytest.fixture(scope="module")
def long(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with Reader(tmp_path_factory.mktemp("long"), wheel) as reader:
        reader.follow(LONG)
        yield reader


@pytest.mark.parametrize("page", ["short", "long"])
def test_the_settings_page_has_a_cell(page: str, request: pytest.FixtureRequest) -> None:
    reader = request.getfixturevalue(page)
    answer = reader.browser.get("/preferences/")
    assert answer.status_code == 200
    assert 'data-notification="order-shipped"' in answer.text
    assert answer.text.count('<td role="cell" class="np-cell">') == {"short": 2, "long": 4}[page]


def test_a_query_is_answered(short: Reader) -> None:
    cells = [
        {"backend": {"name": name}, "effective": True, "source": "DEFAULT"}
        for name in ("email", "inbox")
    ]
    assert short.query(CELLS) == {"data": {"preferences": {"notification": {"cells": cells}}}}


def test_a_message_is_in_the_inbox(short: Reader) -> None:
    node = {"title": "Order shipped", "text": "Order 4711 is on its way."}
    assert short.query(INBOX) == {"data": {"inbox": {"nodes": [node]}}}


def test_a_mail_is_printed(short: Reader) -> None:
    assert "email: 1 user\n" in short.output
    assert "To: alice@example.org" in short.output
    assert "Order 4711 is on its way." in short.output
    assert "http://127.0.0.1:8000/preferences/unsubscribe/" in short.output.replace("=\n", "")


def test_nothing_is_left_to_warn_of(short: Reader) -> None:
    short.run("python", "manage.py", "check", "--database", "default", "--fail-level", "INFO")
    assert "System check identified" not in short.output


def test_the_answers_of_the_long_page_are_right(long: Reader) -> None:
    assert len(long.answers) == LONG.count("```graphql") == LONG.count("```json") == 2


def test_the_worker_of_the_long_page_sends(long: Reader) -> None:
    assert "Your order 4711 is on its way: http" in long.output
    assert "Your order 4712" not in long.output
    long.wait_for(lambda: "Your order 4712 is on its way: http" in long.log.read_text())


def test_the_tests_of_the_guide_pass(long: Reader) -> None:
    long.output = ""
    long.follow(TESTING)
    assert "Ran 5 tests" in long.output
    assert "1 passed" in long.output
    assert "Ran 7 tests" in long.output
