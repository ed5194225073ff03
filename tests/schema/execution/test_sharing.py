"""What is answered of a shared value is remembered, within bounds; of others it is not."""

from collections.abc import Iterator
from typing import Any
from weakref import ref

import pytest
import strawberry
from strawberry.extensions import ParserCache

from schema.execution import sharing
from schema.execution.sharing import Shareable, SharedTuple, cache_shared
from tests.schema.execution.engine_schema import asked
from tests.schema.execution.random_schemas import QuietSchema
from tests.schema.with_and_without_compiler import compare, compiled


@strawberry.interface
class Shown:
    text: str


@strawberry.type
class Card(Shown, Shareable):
    """Says how often it was looked at."""

    looks: int = 0


def look(card: Any) -> int:
    card.times = getattr(card, "times", 0) + 1
    return int(card.times)


@strawberry.type
class Query:
    card: Card
    cards: list[Shown]


SCHEMA = QuietSchema(Query, types=[Card], extensions=[ParserCache])
LOOK = "{ card { looks } }"


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(Card, "looks", property(look, lambda _card, _looks: None))
    sharing.answers.clear()
    yield sharing.answers
    sharing.answers.clear()


def card(*, shared: bool = False, text: str = "A card.") -> Card:
    made = Card(text=text)
    made.shared = shared
    return made


def looks(of: Card, document: str = LOOK) -> Any:
    return compiled(SCHEMA, document, asked(card=of, cards=[of])())[0]


def test_an_answer_about_a_shared_value_is_remembered() -> None:
    ace = card(shared=True)
    assert [looks(ace) for _ in range(3)] == ['{"card": {"looks": 1}}'] * 3


def test_any_other_value_is_looked_at_each_time(answers: Any) -> None:
    plain = card()
    assert [looks(plain), looks(plain)] == ['{"card": {"looks": 1}}', '{"card": {"looks": 2}}']
    assert answers.size == 0


def test_each_selection_has_answers_of_its_own() -> None:
    ace = card(shared=True)
    other = "query ($no: Boolean!) { card { again: looks text @skip(if: $no) } }"
    assert looks(ace) == '{"card": {"looks": 1}}'
    for no, expected in ((True, '{"again": 2}'), (False, '{"again": 3, "text": "A card."}')):
        for _ in range(2):
            found = compiled(SCHEMA, other, asked(card=ace)(), no=no)
            assert found[0] == f'{{"card": {expected}}}'


def test_it_is_remembered_behind_an_interface_too() -> None:
    ace, document = card(shared=True), "{ cards { ... on Card { looks } } }"
    assert looks(ace, document) == looks(ace, document) == '{"cards": [{"looks": 1}]}'


def test_an_answer_about_a_shared_tuple_is_counted_once(answers: Any) -> None:
    deck = SharedTuple(card(shared=True) for _ in range(3))
    document = "{ cards { ... on Card { looks } } }"
    asked_for = asked(cards=deck)
    first, again = ((compiled(SCHEMA, document, asked_for()), answers.size) for _ in range(2))
    assert first == again
    assert len(answers) == 3 + 1


def test_a_list_is_answered_of_as_it_is_now() -> None:
    deck, document = [card(shared=True)], "{ cards { ... on Card { looks } } }"
    for expected in ('{"looks": 1}', '{"looks": 1}, {"looks": 1}'):
        answer = compiled(SCHEMA, document, asked(cards=deck)())[0]
        assert answer == f'{{"cards": [{expected}]}}'
        deck.append(card(shared=True))


def test_what_cannot_be_answered_is_not_remembered(answers: Any) -> None:
    wrong = card(shared=True, text=None)  # type: ignore[arg-type]
    compare(SCHEMA, "{ card { text } }", asked(card=wrong))
    assert answers.size == 0


def test_a_remembered_value_stays_alive_so_that_no_other_gets_its_id(answers: Any) -> None:
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
        looks(card(shared=True), f"{{ card {{ {name}: looks }} }}")
        sizes.append(answers.size)
    assert sizes[1] - sizes[0] >= 999
