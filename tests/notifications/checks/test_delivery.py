"""System checks of NOTIFICATION_DELIVERY against existing backends and queues."""

from typing import Any

import pytest

from notifications.checks.delivery import check_names, check_queues, check_times
from notifications.models import Backend

EMAIL = "notifications.backends.EmailBackend"
WEBHOOK = "notifications.backends.WebhookBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize("key", ["RATES", "BACKEND_QUEUES"])
def test_unknown_backend_is_a_warning(db: None, settings: Any, key: str) -> None:
    Backend.objects.create(name="fax")
    settings.NOTIFICATION_BACKENDS = [EMAIL]
    value = {"RATES": "5/s", "BACKEND_QUEUES": "default"}[key]
    settings.NOTIFICATION_DELIVERY = {key: {"email": value, "fax": value, "emial": value}}
    [warning] = check_names()
    assert warning.id == "notifications.W020"
    assert f"['{key}'] names the backend 'emial', which does not exist." in warning.msg
    assert "Allowed: email, fax." in warning.msg


def test_declared_backends_take_no_statement(settings: Any) -> None:
    settings.NOTIFICATION_BACKENDS = [EMAIL]
    settings.NOTIFICATION_DELIVERY = {"RATES": {"email": "5/s"}}
    assert check_names() == []


@pytest.mark.parametrize(
    ("delivery", "warned"),
    [
        ({}, []),
        ({"LEASE": 60}, ["'email' has a timeout of 40 seconds"]),
        ({"LEASE": 60, "TIME_LIMIT": 50}, []),
        ({"LEASE": 12}, ["'email' has a timeout of 40 seconds", "'webhook' has a timeout of 10"]),
    ],
)
def test_timeout_above_the_time_limit_is_a_warning(
    settings: Any, delivery: Any, warned: list[str]
) -> None:
    settings.NOTIFICATION_BACKENDS = [EMAIL, WEBHOOK]
    settings.NOTIFICATION_DELIVERY = delivery
    if hasattr(settings, "MAILERS"):
        settings.MAILERS = {
            "default": {"BACKEND": SMTP, "OPTIONS": {"host": "localhost", "timeout": 40}}
        }
    else:
        settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT = SMTP, 40
    found = check_times()
    assert [warning.id for warning in found] == ["notifications.W021"] * len(warned)
    for warning, message in zip(found, warned, strict=True):
        assert message in warning.msg


@pytest.mark.parametrize(
    ("queues", "known"), [({"email": "slow"}, False), ({"email": "default"}, True), ({}, True)]
)
def test_queue_missing_in_tasks_is_an_error(settings: Any, queues: Any, known: bool) -> None:
    settings.NOTIFICATION_DELIVERY = {"BACKEND_QUEUES": queues}
    found = check_queues()
    assert bool(found) is not known
    if found:
        assert found[0].id == "notifications.E021"
        assert "names 'slow', which is not a queue of TASKS. Allowed: default." in found[0].msg


@pytest.mark.parametrize("check", [check_names, check_times, check_queues])
def test_mistakes_are_reported_by_another_check(settings: Any, check: Any) -> None:
    settings.NOTIFICATION_DELIVERY = {"BATCH": 0}
    assert check() == []
