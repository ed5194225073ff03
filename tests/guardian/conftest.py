from tests.schema.conftest import catalogue, graphql

__all__ = ["catalogue", "graphql"]
