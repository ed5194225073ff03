import ast
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from notifications import precedence
from notifications.precedence import Decision, Source, decide, joint_value

YES, NO, NONE = True, False, None
EITHER = (YES, NO)
ANY = (YES, NO, NONE)


@pytest.mark.parametrize(
    ("offered", "permitted", "required", "user", "group", "default", "expected"),
    [
        # the first row that applies decides, for all values of the rows below it
        (NO, EITHER, EITHER, ANY, ANY, EITHER, None),
        (YES, NO, EITHER, ANY, ANY, EITHER, Decision(NO, Source.PERMISSION)),
        (YES, YES, YES, ANY, ANY, EITHER, Decision(YES, Source.REQUIRED)),
        (YES, YES, NO, YES, ANY, EITHER, Decision(YES, Source.USER)),
        (YES, YES, NO, NO, ANY, EITHER, Decision(NO, Source.USER)),
        (YES, YES, NO, NONE, YES, EITHER, Decision(YES, Source.GROUP)),
        (YES, YES, NO, NONE, NO, EITHER, Decision(NO, Source.GROUP)),
        (YES, YES, NO, NONE, NONE, YES, Decision(YES, Source.DEFAULT)),
        (YES, YES, NO, NONE, NONE, NO, Decision(NO, Source.DEFAULT)),
    ],
)
def test_first_row_that_applies_decides(
    offered: Any,
    permitted: Any,
    required: Any,
    user: Any,
    group: Any,
    default: Any,
    expected: Decision | None,
) -> None:
    columns = (offered, permitted, required, user, group, default)
    for values in product(*(c if isinstance(c, tuple) else (c,) for c in columns)):
        names = ("offered", "permitted", "required", "user_value", "group_value", "default")
        assert decide(**dict(zip(names, values, strict=True))) == expected


@pytest.mark.parametrize(
    ("source", "settable"),
    [
        (Source.PERMISSION, False),
        (Source.REQUIRED, False),
        (Source.USER, True),
        (Source.GROUP, True),
        (Source.DEFAULT, True),
    ],
)
def test_user_may_set_what_no_stronger_layer_decides(source: Source, settable: bool) -> None:
    assert Decision(effective=True, source=source).settable is settable


@pytest.mark.parametrize(
    ("values", "joint"),
    [
        ([], None),
        ([False], False),
        ([False, False], False),
        ([True], True),
        ([False, True, False], True),
    ],
)
def test_one_yes_among_groups_wins(values: list[bool], joint: bool | None) -> None:
    assert joint_value(values) is joint


def test_the_rule_imports_nothing_that_does_input_or_output() -> None:
    tree = ast.parse(Path(precedence.__file__).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert modules == {
        "collections.abc",
        "dataclasses",
        "enum",
        "django.utils.functional",
        "django.utils.translation",
    }
