"""Getting started and the guide to testing are followed as they are written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.walkthrough import Reader

PAGE = Path("docs/getting-started.md").read_text(encoding="utf-8")
TESTING = Path("docs/guides/testing.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reader(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with Reader(tmp_path_factory.mktemp("mysite"), wheel) as reader:
        reader.follow(PAGE)
        yield reader


def test_the_settings_page_has_a_row_of_cells(reader: Reader) -> None:
    answer = reader.browser.get("/preferences/")
    assert answer.status_code == 200
    assert 'data-notification="order-shipped"' in answer.text
    assert answer.text.count('<td role="cell" class="np-cell">') == 4


def test_the_answers_of_the_page_are_right(reader: Reader) -> None:
    assert len(reader.answers) == PAGE.count("```graphql") == PAGE.count("```json") == 2


def test_a_mail_is_printed(reader: Reader) -> None:
    assert "email: 1 user\n" in reader.output
    assert "To: alice@example.org" in reader.output
    assert "http://127.0.0.1:8000/preferences/unsubscribe/" in reader.output.replace("=\n", "")


def test_the_worker_sends(reader: Reader) -> None:
    assert "Your order 4711 is on its way: http" in reader.output
    assert "Your order 4712" not in reader.output
    reader.wait_for(lambda: "Your order 4712 is on its way: http" in reader.log.read_text())


def test_system_checks_find_nothing(reader: Reader) -> None:
    command = ["manage.py", "check", "--database", "default", "--fail-level", "INFO"]
    assert "System check identified no issues" in reader.run("python", *command)


def test_the_tests_of_the_guide_pass(reader: Reader) -> None:
    reader.output = ""
    reader.follow(TESTING)
    assert "Ran 5 tests" in reader.output
    assert "1 passed" in reader.output
    assert "Ran 7 tests" in reader.output
