"""docs/reference/errors.md lists each exception, union member and code."""

import inspect
import re
from typing import Any

from notifications import errors
from notifications.models import catalogue
from tests.docs.examples import ROOT
from tests.docs.pages import CODE, graphql_reference, names, page, rows, section

EXCEPTIONS = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value)
    and issubclass(value, Exception)
    and (value.__module__, value.__name__) == (errors.__name__, name)  # no alias
}


def test_each_exception_is_listed_with_its_bases_and_attributes() -> None:
    listed = rows(section(page("reference/errors.md"), "## Python").partition("\n###")[0])
    assert {row[0].strip("`") for row in listed if len(row) == 4} == EXCEPTIONS.keys()
    for name, bases, *others in listed:
        found = EXCEPTIONS.get(name.strip("`")) or getattr(catalogue, name.strip("`"))
        documented = {base.rpartition(".")[2] for base in CODE.findall(bases)}
        assert documented == {base.__name__ for base in found.__bases__}
        for attribute in CODE.findall(others[0]) if len(others) == 2 else ():
            assert attribute in source_of(found)


def source_of(found: type[Any]) -> str:
    classes = [class_ for class_ in found.__mro__ if class_.__module__ == errors.__name__]
    return "".join(map(inspect.getsource, classes))


def test_each_code_of_a_problem_is_listed() -> None:
    text = section(page("reference/errors.md"), "### Problems of preferences")
    assert names(text) == [code.value for code in errors.ProblemCode]


def test_each_member_of_unions_is_listed_with_its_fields() -> None:
    listed = rows(section(page("reference/errors.md"), "### Members of unions"))
    schema = graphql_reference.load()
    possible: Any = schema.get_possible_types(schema.type_map["Error"])
    assert {row[0].strip("`") for row in listed} == {type_.name for type_ in possible}
    for name, attributes, exception in listed:
        expected = graphql_reference.fields(schema, name.strip("`")).keys() - {"message"}
        assert set(CODE.findall(attributes)) == expected
        assert exception.strip("`") in EXCEPTIONS


def test_each_code_of_graphql_is_listed() -> None:
    written = {
        code
        for path in ROOT.glob("schema/**/*.py")
        for code in re.findall(
            r'"((?:PERSISTED_QUERY|LIMIT|RATE|CSRF|BAD_USER|NOT_FOUND|UNAUTH|FORBID|INTERNAL)[A-Z_]*)"',
            path.read_text(encoding="utf-8"),
        )
    }
    listed = names(section(page("reference/errors.md"), "### Codes"))
    assert sorted(listed) == sorted(written)
