"""System checks of tokens, rates and proxies."""

from typing import Any

import pytest
from django.core.checks import run_checks

from schema.checks import BEARER, SESSIONS

GOOD = {
    "ISSUER": "https://issuer.test",
    "AUDIENCE": "preferences",
    "ALGORITHMS": ["HS256"],
    "KEY": "a secret of ours that is long enough for it",
}


def found() -> list[str | None]:
    return [each.id for each in run_checks() if str(each.id).startswith("schema.")]


@pytest.mark.parametrize(
    ("bearer", "middleware", "ids"),
    [
        ({}, [], []),
        (GOOD, [BEARER, SESSIONS], []),
        (GOOD, [BEARER], []),
        (GOOD, ["schema.bearer.BearerMiddleware", SESSIONS], []),
        (GOOD, ["tests.absent.BearerMiddleware", SESSIONS], ["schema.E003"]),
        (GOOD, [SESSIONS, BEARER], ["schema.E003"]),
        (GOOD, [SESSIONS], ["schema.E003"]),
        ({**GOOD, "ISSUER": ""}, [BEARER, SESSIONS], ["schema.E002"]),
        ({**GOOD, "KEY": "", "AUDIENCE": ""}, [BEARER], ["schema.E002", "schema.E002"]),
    ],
)
def test_tokens(settings: Any, bearer: Any, middleware: list[str], ids: list[str]) -> None:
    others = [name for name in settings.MIDDLEWARE if name not in {BEARER, SESSIONS}]
    settings.NOTIFICATION_BEARER = bearer
    settings.MIDDLEWARE = [*middleware, *others]
    assert found() == ids


@pytest.mark.parametrize(
    ("rates", "ids"),
    [
        (None, []),
        ({}, []),
        ({"MUTATIONS_PER_ACCOUNT": "1/m"}, []),
        ({"MUTATIONS_PER_ACCOUNT": "1"}, ["schema.E004"]),
        ("1/m", ["schema.E004"]),
    ],
)
def test_rates(settings: Any, rates: Any, ids: list[str]) -> None:
    settings.NOTIFICATION_RATES = rates
    assert found() == ids


HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    ("rates", "header", "host", "ids"),
    [
        ({}, None, False, []),
        ({}, HEADER, False, ["schema.W004"]),
        ({}, None, True, ["schema.W004"]),
        ({"TRUSTED_PROXIES": 1}, HEADER, True, []),
        (None, HEADER, True, []),
    ],
)
def test_a_proxy_without_trusted_proxies(
    settings: Any, rates: Any, header: Any, host: bool, ids: list[str]
) -> None:
    settings.NOTIFICATION_RATES = rates
    settings.SECURE_PROXY_SSL_HEADER = header
    settings.USE_X_FORWARDED_HOST = host
    found = run_checks(include_deployment_checks=True)
    assert [each.id for each in found if each.id == "schema.W004"] == ids
