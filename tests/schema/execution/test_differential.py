"""Equality of compiled execution and graphql-core: data, their order, and errors.

The default is a fixed sequence of schemas. FUZZ=2000 generates 2,000 schemas from a new seed.
"""

import os
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.extensions import ParserCache, ValidationCache

from tests.schema.execution.random_documents import RandomDocument
from tests.schema.execution.random_schemas import RandomTypes
from tests.schema.with_and_without_compiler import compare

fuzzed = settings(
    max_examples=int(os.environ.get("FUZZ", "60")),
    derandomize="FUZZ" not in os.environ,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@fuzzed
@given(st.randoms(use_true_random=True))
def test_compiled_execution_equals_graphql_core(random: Random) -> None:
    types = RandomTypes(random)
    schema = types.schema(extensions=[ParserCache, ValidationCache])
    for wrong in (10_000, 30, 10):
        document, data = RandomDocument(types, random).text, types.data(wrong)
        for no in (False, True):
            compare(schema, document, data, {"no": no})
