"""Compiled or not, the answer is the same: its data, their order, and every error in its place.

As many schemas as fit in a few seconds, always the same; FUZZ=2000 makes so many, others each time.
"""

import os
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.extensions import ParserCache, ValidationCache

from tests.schema.execution.random_documents import Document
from tests.schema.execution.random_schemas import World
from tests.schema.with_and_without_compiler import compare

fuzzed = settings(
    max_examples=int(os.environ.get("FUZZ", "60")),
    derandomize="FUZZ" not in os.environ,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@fuzzed
@given(st.randoms(use_true_random=True))
def test_compiled_selections_answer_as_graphql_core_does(random: Random) -> None:
    world = World(random)
    schema = world.schema(extensions=[ParserCache, ValidationCache])
    for wrong in (10_000, 30, 10):
        document, data = Document(world, random).text, world.data(wrong)
        for no in (False, True):
            compare(schema, document, data, {"no": no})
