"""Cache of the answers of shared values."""

from collections.abc import Iterator
from typing import Any
from weakref import ref

import pytest
import strawberry
from strawberry.extensions import ParserCache

from schema.execution import sharing
from schema.execution.sharing import Shareable, SharedTuple, cache_shared
from tests.schema.execution.engine_schema import make_root
from tests.schema.execution.random_schemas import QuietSchema
from tests.schema.with_and_without_compiler import compare, compiled


@strawberry.interface
class HasText:
    text: str


@strawberry.type
class Card(HasText, Shareable):
    """A card that counts how often it has been read."""

    reads: int = 0


def count_read(card: Any) -> int:
    card.times = getattr(card, "times", 0) + 1
    return int(card.times)


@strawberry.type
class Query:
    card: Card
    cards: list[HasText]


SCHEMA = QuietSchema(Query, types=[Card], extensions=[ParserCache])
DOCUMENT = "{ card { reads } }"


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(Card, "reads", property(count_read, lambda _card, _reads: None))
    sharing.answers.clear()
    yield sharing.answers
    sharing.answers.clear()


def card(*, shared: bool = False, text: str = "A card.") -> Card:
    value = Card(text=text)
    value.shared = shared
    return value


def read(value: Card, document: str = DOCUMENT) -> Any:
    return compiled(SCHEMA, document, make_root(card=value, cards=[value])())[0]


def test_the_answer_of_a_shared_value_is_cached() -> None:
    ace = card(shared=True)
    assert [read(ace) for _ in range(3)] == ['{"card": {"reads": 1}}'] * 3


def test_other_values_are_read_each_time(answers: Any) -> None:
    plain = card()
    assert [read(plain), read(plain)] == ['{"card": {"reads": 1}}', '{"card": {"reads": 2}}']
    assert answers.size == 0


def test_each_selection_has_answers_of_its_own() -> None:
    ace = card(shared=True)
    other = "query ($no: Boolean!) { card { again: reads text @skip(if: $no) } }"
    assert read(ace) == '{"card": {"reads": 1}}'
    for no, expected in ((True, '{"again": 2}'), (False, '{"again": 3, "text": "A card."}')):
        for _ in range(2):
            found = compiled(SCHEMA, other, make_root(card=ace)(), no=no)
            assert found[0] == f'{{"card": {expected}}}'


def test_shared_values_of_an_interface_are_cached() -> None:
    ace, document = card(shared=True), "{ cards { ... on Card { reads } } }"
    assert read(ace, document) == read(ace, document) == '{"cards": [{"reads": 1}]}'


def test_the_answer_of_a_shared_tuple_counts_once(answers: Any) -> None:
    deck = SharedTuple(card(shared=True) for _ in range(3))
    document = "{ cards { ... on Card { reads } } }"
    root = make_root(cards=deck)
    first, again = ((compiled(SCHEMA, document, root()), answers.size) for _ in range(2))
    assert first == again
    assert len(answers) == 3 + 1


def test_a_list_is_completed_each_time() -> None:
    deck, document = [card(shared=True)], "{ cards { ... on Card { reads } } }"
    for expected in ('{"reads": 1}', '{"reads": 1}, {"reads": 1}'):
        answer = compiled(SCHEMA, document, make_root(cards=deck)())[0]
        assert answer == f'{{"cards": [{expected}]}}'
        deck.append(card(shared=True))


def test_failures_are_not_cached(answers: Any) -> None:
    wrong = card(shared=True, text=None)  # type: ignore[arg-type]
    compare(SCHEMA, "{ card { text } }", make_root(card=wrong))
    assert answers.size == 0


def test_a_cached_value_is_kept_alive(answers: Any) -> None:
    value = card(shared=True)
    alive = ref(value)
    cache_shared(lambda _value: "an answer")(value)
    del value
    assert alive()
    answers.clear()
    assert not alive()


def test_long_names_count_in_the_size_of_answers(answers: Any) -> None:
    sizes = []
    for name in ("a", "a" * 1_000):
        answers.clear()
        read(card(shared=True), f"{{ card {{ {name}: reads }} }}")
        sizes.append(answers.size)
    assert sizes[1] - sizes[0] >= 999
