"""Databases of operations: a mutation, with all that its answer selects, reads where it writes."""

from collections.abc import Iterator

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from notifications.database.routing import read_your_writes


class ReadYourWrites(SchemaExtension):
    """Has mutations checked and answered by the database that they write to, not by a replica."""

    def on_execute(self) -> Iterator[None]:
        if self.execution_context.operation_type is not OperationType.MUTATION:
            yield
            return
        with read_your_writes():
            yield
