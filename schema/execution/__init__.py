"""Execution of plain selections as compiled functions, for any Strawberry schema."""

from schema.execution.context import CompilingExecutionContext
from schema.execution.sharing import Shareable

__all__ = ["CompilingExecutionContext", "Shareable"]
