"""Sphinx extension that writes the GraphQL reference from the schema.

A block of a page names fields of Query and Mutation, and types:

    ```{graphql}
    Query.preferences
    PreferenceMatrix
    ```

The block is replaced by a heading, a description and a table for each of them. The page must name
all fields and types of schema/schema.graphql, each once.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_enum_type,
    is_introspection_type,
    is_specified_scalar_type,
)
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"
PAGE = "reference/graphql"
ROOTS = ("Query", "Mutation")
BLOCK = re.compile(r"^```\{graphql\}\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def load() -> GraphQLSchema:
    return build_schema(SDL.read_text(encoding="utf-8"))


def described(schema: GraphQLSchema) -> list[str]:
    """Return the names that the page must have: root fields, and types of this schema."""
    types = [
        name
        for name, type_ in schema.type_map.items()
        if name not in ROOTS
        and not is_introspection_type(type_)
        and not is_specified_scalar_type(type_)
    ]
    return [f"{root}.{field}" for root in ROOTS for field in fields(schema, root)] + types


def named(text: str) -> list[str]:
    """Return the names in all blocks of a page."""
    return [name for block in BLOCK.findall(text) for name in block.split()]


def mistakes(text: str, schema: GraphQLSchema) -> Iterator[str]:
    """Yield a sentence for each name that a page lacks, repeats, or should not have."""
    expected, found = described(schema), Counter(named(text))
    yield from (f"{name} is missing." for name in expected if name not in found)
    yield from (f"{name} is not in the schema." for name in found if name not in expected)
    yield from (f"{name} is repeated." for name, count in found.items() if count > 1)


def expand(text: str, schema: GraphQLSchema) -> str:
    """Return the text of a page with its blocks replaced by Markdown."""

    def replace(block: re.Match[str]) -> str:
        return "\n\n".join(entry(name, schema) for name in block[1].split())

    return BLOCK.sub(replace, text)


def entry(name: str, schema: GraphQLSchema) -> str:
    root, _, field = name.partition(".")
    lines = _root_field(fields(schema, root)[field]) if field else _type(schema.type_map[name])
    return "\n".join([f"### `{name}`", "", *lines])


def fields(schema: GraphQLSchema, name: str) -> dict[str, Any]:
    type_: Any = schema.type_map[name]
    return dict(type_.fields)


def _root_field(field: GraphQLField) -> Iterator[str]:
    yield _text(field.description)
    yield ""
    yield f"Returns {_link(field.type)}."
    if field.args:
        yield ""
        yield from _table("argument", field.args)


def _type(type_: Any) -> Iterator[str]:
    yield _text(type_.description)
    yield ""
    match type_:
        case GraphQLUnionType():
            yield f"Union of {_list(type_.types)}."
        case GraphQLObjectType() | GraphQLInterfaceType():
            kind = "Interface" if isinstance(type_, GraphQLInterfaceType) else "Type"
            implements = f" that implements {_list(type_.interfaces)}" * bool(type_.interfaces)
            yield f"{kind}{implements}."
            yield ""
            yield from _table("field", type_.fields)
        case GraphQLInputObjectType():
            yield "Input type."
            yield ""
            yield from _table("field", type_.fields)
        case _ if is_enum_type(type_):
            yield "Enum."
            yield ""
            yield from ("| value | description |", "| --- | --- |")
            for name, value in type_.values.items():
                yield f"| `{name}` | {_text(value.description)} |"
        case _:
            yield f"Scalar, as specified by {type_.specified_by_url}."


def _table(title: str, items: dict[str, Any]) -> Iterator[str]:
    yield f"| {title} | type | description |"
    yield "| --- | --- | --- |"
    for name, item in items.items():
        arguments = getattr(item, "args", {})
        text = " ".join(
            [
                _text(item.description),
                *(f"`{a}`: {_text(v.description)}" for a, v in arguments.items()),
            ]
        )
        signature = ", ".join(f"{argument}: {value.type}" for argument, value in arguments.items())
        yield f"| `{name}{f'({signature})' * bool(signature)}` | {_link(item.type)} | {text} |"


def _list(types: Iterable[Any]) -> str:
    return ", ".join(map(_link, types))


def _link(type_: Any) -> str:
    name = get_named_type(type_).name
    if is_specified_scalar_type(get_named_type(type_)):
        return f"`{type_}`"
    return f"[`{type_}`](#{name.lower()})"


def _text(description: str | None) -> str:
    return " ".join((description or "").split()).replace("|", "\\|")


def setup(app: Sphinx) -> dict[str, bool]:
    def on_source_read(_app: Any, docname: str, content: list[str]) -> None:
        if docname == PAGE:
            schema = load()
            found = list(mistakes(content[0], schema))
            for mistake in found:
                logger.warning(mistake, location=docname)
            if not found:
                content[0] = expand(content[0], schema)

    def on_env_get_outdated(*_args: Any) -> list[str]:
        return [PAGE]  # the schema may have changed

    app.connect("source-read", on_source_read)
    app.connect("env-get-outdated", on_env_get_outdated)
    return {"parallel_read_safe": True}
