"""The JSON of an answer, written by orjson; what is remembered is written once."""

from typing import Any

import orjson

from schema.execution.sharing import Remembered

# Dates, dataclasses and subclasses are none of orjson's business: Django has its own way with them.
_PLAIN = (
    orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


def encode(data: object) -> bytes:
    """Write JSON. Raises TypeError for what orjson cannot write, such as halves of characters."""
    return orjson.dumps(data, default=_other, option=_PLAIN)


def _other(value: Any) -> orjson.Fragment:
    if not isinstance(value, Remembered):
        raise TypeError
    if not hasattr(value, "written"):
        value.written = orjson.Fragment(encode(dict(value)))
    return value.written
