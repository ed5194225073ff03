"""System checks of settings and of the time limit of statements."""

from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from schema.checks import check_settings, check_statement_timeout
from schema.conf import Limits, limits

SWITCH = "NOTIFICATION_GRAPHQL['INTROSPECTION']"


@pytest.mark.parametrize(
    "given",
    [
        *({}, {"MAX_DEPTH": 1}, {"MAX_DEPTH": 7, "MAX_COST": 10**12}),
        *({"INTROSPECTION": False}, {"COMPILED": False}),
    ],
)
def test_valid_settings_pass(settings: Any, given: Any) -> None:
    settings.NOTIFICATION_GRAPHQL = given
    assert check_settings() == []


def test_limits_that_are_not_set_have_defaults(settings: Any) -> None:
    settings.NOTIFICATION_GRAPHQL = {"MAX_DEPTH": 7}
    assert limits() == Limits(max_depth=7)
    settings.NOTIFICATION_GRAPHQL = {}
    assert limits() == Limits()


@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        ([], "NOTIFICATION_GRAPHQL is []. It must be a dictionary."),
        ({"DEPTH": 1}, "'DEPTH' is not a known key of NOTIFICATION_GRAPHQL."),
        ({"max_depth": 1}, "'max_depth' is not a known key of NOTIFICATION_GRAPHQL."),
        ({7: 1}, "7 is not a known key of NOTIFICATION_GRAPHQL."),
        *(
            (
                {"MAX_DEPTH": value},
                f"NOTIFICATION_GRAPHQL['MAX_DEPTH'] is {value!r}. It must be a positive integer.",
            )
            for value in (0, -1, 1.5, "7", None, True)
        ),
        *(
            ({"INTROSPECTION": value}, f"{SWITCH} is {value!r}. It must be True or False.")
            for value in (1, "off", None)
        ),
        (
            {"COMPILED": 0},
            "NOTIFICATION_GRAPHQL['COMPILED'] is 0. It must be True or False.",
        ),
    ],
)
def test_wrong_settings_are_reported(settings: Any, given: Any, mistake: str) -> None:
    settings.NOTIFICATION_GRAPHQL = given
    [error] = check_settings()
    assert (error.id, error.msg) == ("schema.E001", mistake)
    assert "MAX_DEPTH" in str(error.hint)
    assert error in run_checks()
    with pytest.raises(ImproperlyConfigured, match="NOTIFICATION_GRAPHQL"):
        limits()


def test_all_wrong_settings_are_reported(settings: Any) -> None:
    settings.NOTIFICATION_GRAPHQL = {"DEPTH": 1, "MAX_DEPTH": 0, "MAX_COST": 1}
    assert len(check_settings()) == 2


def test_databases_that_are_not_named_are_not_checked() -> None:
    assert check_statement_timeout() == []


def test_statements_without_a_time_limit_are_reported(db: None) -> None:
    found = check_statement_timeout(databases=["default"])
    assert found == []
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        [warning] = check_statement_timeout(databases=["default"])
        assert (warning.id, "statement_timeout" in str(warning.hint)) == ("schema.W001", True)
        found = run_checks(databases=["default"], include_deployment_checks=True)
        assert warning in found
