"""Messages by Apprise, and the URLs that can be registered."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from apprise import Apprise

from notifications import conf
from notifications.addresses.registration import set_address
from notifications.backends import AppriseBackend, DeliveryFailed, InvalidAddress
from notifications.checks import settings as checks
from notifications.models import Address, Backend
from tests.notifications.backends.conftest import SITE
from tests.notifications.backends.https_server import Receiver, receiver

# Apprise loads all services, one of which imports a deprecated module.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture(autouse=True)
def apprise(db: None) -> None:
    Backend.objects.create(name="apprise", klass="notifications.backends.AppriseBackend")


@pytest.fixture
def hooks(settings: Any) -> Iterator[Receiver]:
    """Web server of the local network, which a setting allows for `json://`."""
    settings.NOTIFICATION_MESSAGES = {**SITE, "APPRISE_SCHEMAS": ["json"]}
    with receiver() as hooks:
        yield hooks


def register(user: Any, address: str) -> Address:
    return set_address(user=user, backend="apprise", address=address)


def test_a_message_arrives(pipeline_failed: Any, alice: Any, hooks: Receiver) -> None:
    register(alice, f" json://127.0.0.1:{hooks.port}/hook ")
    AppriseBackend(pipeline_failed).send(alice, {"message": "It broke: 故障 <b>"})
    [request] = hooks.requests
    assert request.path == "/hook"
    assert json.loads(request.body)["message"] == "Pipeline failed\nIt broke: 故障 <b>"


@pytest.mark.parametrize("status", [302, 401, 503])
def test_a_refused_message_is_retried(
    pipeline_failed: Any, alice: Any, hooks: Receiver, status: int
) -> None:
    register(alice, f"json://127.0.0.1:{hooks.port}/hook")
    hooks.status, hooks.headers = status, {"Location": f"http://127.0.0.1:{hooks.port}/elsewhere"}
    with pytest.raises(DeliveryFailed) as failure:
        AppriseBackend(pipeline_failed).send(alice)
    assert not failure.value.permanent
    assert [request.path for request in hooks.requests] == ["/hook"]


def test_without_an_address_nothing_is_sent(pipeline_failed: Any, alice: Any) -> None:
    with pytest.raises(DeliveryFailed, match="registered no address") as failure:
        AppriseBackend(pipeline_failed).send(alice)
    assert failure.value.permanent


def test_a_service_no_longer_allowed_gets_nothing(
    pipeline_failed: Any, alice: Any, hooks: Receiver, settings: Any
) -> None:
    register(alice, f"json://127.0.0.1:{hooks.port}/hook")
    settings.NOTIFICATION_MESSAGES = SITE
    with pytest.raises(DeliveryFailed, match="json") as failure:
        AppriseBackend(pipeline_failed).send(alice)
    assert failure.value.permanent
    assert hooks.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "json://10.0.0.1/",
        "xml://localhost/",
        "mailto://user:password@example.org",
        "ntfy://10.0.0.1/topic",
        "syslog://",
        "dbus://",
        "windows://",
        "file:///etc/passwd",
        "https://hooks.slack.com/services/T1/B1/x",
        "config://here",
        "",
        "tgram",
        "TGRAM://123456789:abcdefg_hijklmnop/1",
        "tgram://",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?template=/etc/passwd",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js#x",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js\0",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js/\ud800",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js,json://10.0.0.1/",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js json://10.0.0.1/",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js\njson://10.0.0.1/",
    ],
)
def test_other_urls_are_refused(alice: Any, address: str) -> None:
    with pytest.raises(InvalidAddress) as failure:
        register(alice, address)
    assert "10.0.0.1" not in failure.value.reason
    assert Address.objects.count() == 0


def test_allowed_services_have_fixed_hosts() -> None:
    schemas = set(conf.MessageSettings().apprise_schemas)
    known = {
        name: service
        for service in Apprise().details()["schemas"]
        for name in (*(service["secure_protocols"] or ()), *(service["protocols"] or ()))
    }
    assert schemas <= known.keys()
    for name in schemas:
        about = known[name]["details"]
        assert not any("{host}" in template for template in about["templates"]), name
        assert not {"host", "port"} & about["tokens"].keys(), name


def test_a_url_of_an_allowed_service_is_stored(alice: Any) -> None:
    address = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
    assert register(alice, address).address == address


def test_a_check_reports_a_missing_library(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.NOTIFICATION_BACKENDS = ["notifications.backends.AppriseBackend"]
    assert checks.check_messages() == []
    monkeypatch.setattr("notifications.backends.apprise.find_spec", lambda _: None)
    [error] = checks.check_messages()
    assert error.id == "notifications.E007"
    assert "[apprise]" in str(error.hint)
