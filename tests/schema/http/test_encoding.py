"""Shared values are encoded once, equal to plain JSON."""

import json
from typing import Any

import orjson
import pytest

from schema.execution.sharing import CachedAnswer
from schema.http import responses
from tests.schema.conftest import Graphql

ROWS = """{ preferences { notifications {
  notification { name backends { name } } cells { effective source backend { name } }
} } }"""


def test_shared_values_are_encoded_as_plain_json() -> None:
    inner = CachedAnswer(text="Ä\u2028\u0000", none=None)
    answer = {"data": {"rows": [inner, CachedAnswer(inner=inner, list=[inner, 1.5])] * 2}}
    assert json.loads(responses.encode(answer)) == answer
    assert responses.encode(answer) == orjson.dumps(answer)


def test_shared_values_are_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Any] = []
    dumps = orjson.dumps

    def counted(data: Any, **options: Any) -> bytes:
        written.append(data)
        return dumps(data, **options)

    monkeypatch.setattr(orjson, "dumps", counted)
    row = CachedAnswer(a=1)
    for _ in range(3):
        assert responses.encode([row, row]) == b'[{"a":1},{"a":1}]'
    assert written == [[row, row], row, [row, row], [row, row]]


@pytest.mark.parametrize("wrong", ["\ud800", 2**70, object()])
def test_lone_surrogates_in_shared_values_are_refused(wrong: Any) -> None:
    for answer in ({"a": wrong}, {"a": CachedAnswer(b=wrong)}):
        with pytest.raises(TypeError):
            responses.encode(answer)


def test_a_second_response_has_equal_rows(graphql: Graphql, alice: Any, charlie: Any) -> None:
    first = graphql.data(ROWS, user=alice)
    assert graphql.data(ROWS, user=alice) == graphql.data(ROWS, user=charlie) == first
    assert len(first["preferences"]["notifications"]) == 2
