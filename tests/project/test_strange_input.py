"""Input that no client means: every page and the API refuse it clearly, and none breaks."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from notifications.models import Address, Backend, GroupPrefs, Notification, SentNotification
from notifications.unsubscribe import links
from schema.ids import global_id
from tests.notifications.conftest import ON, make_notification
from tests.sent import sent

DIGITS = "9" * 5000
STRANGE = {
    "NUL": "\0",
    "NUL within": "a\0b",
    "digits": DIGITS,
    "negative digits": f"-{DIGITS}",
    "a large number": str(2**63),
    "another digit": "\u0661",
    "nan": "nan",
    "exponent": "1e9999",
    "brackets": "[" * 5000,
    "braces": '{"a":' * 5000,
    "nested": "[" * 900 + "]" * 900,
    "a surrogate in JSON": '"\\ud800"',
    "not UTF-8": "\udcff",
    "control characters": "\x01\x1b\r\n",
    "template": "{{ 7 }} {% x %} %s %(a)s {0}",
    "empty": "",
}
FEW = {name: STRANGE[name] for name in ("NUL", "digits", "a large number", "not UTF-8", "braces")}
VALUES = pytest.mark.parametrize("value", STRANGE.values(), ids=STRANGE)
FEW_VALUES = pytest.mark.parametrize("value", FEW.values(), ids=FEW)


def encoded(value: str) -> str:
    """Encode a value for a URL; surrogates stand for bytes that are not UTF-8."""
    return quote(value.encode("utf-8", "surrogateescape"), safe="")


@pytest.fixture
def alarm(alice: Any, bob: Any, admin: Any, reviewers: Group) -> Notification:
    alarm = make_notification("alarm", email=ON, inbox=ON)
    email = Backend.objects.get(name="email")
    for user in (alice, admin):
        sent(user)
    GroupPrefs.objects.create(group=reviewers, notification=alarm, backend=email)
    Address.objects.create(user=alice, backend=email, address="https://example.org/")
    return alarm


@pytest.fixture
def admin_client(alarm: Notification, admin: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(admin)
    return client


@pytest.fixture
def browser(alarm: Notification, alice: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    return client


def assert_answered(response: Any, about: Any = "") -> None:
    assert response.status_code < 500, (about, response.content[:500])


def ask(client: Client, query: str, variables: Any = None, **more: Any) -> Any:
    """Send a document to the API, and require an answer without an unexpected error."""
    body = json.dumps({"query": query, "variables": variables, **more})
    response = client.post("/graphql/", body, "application/json")
    assert_answered(response, query[:100])
    answer = response.json()
    codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
    assert "INTERNAL" not in codes, (query[:100], answer["errors"])
    return answer


# Pages


def own_models() -> Iterator[Any]:
    for model, model_admin in django_admin.site._registry.items():  # noqa: SLF001
        if type(model_admin).__module__.startswith(("notifications.", "project.")):
            yield pytest.param(model, model_admin, id=model._meta.model_name)


def parameters(client: Client, model_admin: Any, url: str) -> set[str]:
    """Return the parameters of all filters of a list, and of the list itself."""
    listed = client.get(url).context["cl"]
    found = {name for spec in listed.filter_specs for name in spec.expected_parameters()}
    if model_admin.date_hierarchy:
        found |= {f"{model_admin.date_hierarchy}__{part}" for part in ("year", "month", "day")}
    return found | {"q", "p", "o", "e", "all", "_popup", "_to_field", "_facets", "nonsense", "pk"}


@FEW_VALUES
@pytest.mark.parametrize(("model", "model_admin"), [*own_models()])
def test_lists_of_the_admin(admin_client: Client, model: Any, model_admin: Any, value: str) -> None:
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for name in parameters(admin_client, model_admin, url):
        assert_answered(admin_client.get(f"{url}?{name}={encoded(value)}", follow=True), name)
        assert_answered(
            admin_client.get(f"{url}?{encoded(value)}={encoded(value)}", follow=True), name
        )


@FEW_VALUES
@pytest.mark.parametrize(("model", "model_admin"), [*own_models()])
def test_objects_of_the_admin(
    admin_client: Client, model: Any, model_admin: Any, value: str
) -> None:
    opts = model._meta
    for view in ("change", "delete", "history"):
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_{view}", args=["KEY"])
        response = admin_client.get(url.replace("KEY", encoded(value or "_")), follow=True)
        assert_answered(response, view)
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    posted = {"action": value, "_selected_action": [value], "form-TOTAL_FORMS": value}
    body = urlencode(posted, doseq=True, errors="surrogateescape")
    form = "application/x-www-form-urlencoded"
    assert_answered(admin_client.post(url, body, form))
    deletion = urlencode({**posted, "action": "delete_selected"}, True, errors="surrogateescape")
    assert_answered(admin_client.post(url, deletion, form))
    add = reverse(f"admin:{opts.app_label}_{opts.model_name}_add")
    names = [field.name for field in opts.get_fields() if getattr(field, "editable", False)]
    body = urlencode(dict.fromkeys([*names, "cells-TOTAL_FORMS"], value), errors="surrogateescape")
    assert_answered(admin_client.post(add, body, form), add)
    assert_answered(admin_client.get(f"{add}?{body}"), add)


@FEW_VALUES
@pytest.mark.parametrize("name", ["term", "page", "app_label", "model_name", "field_name"])
def test_autocompletion_of_the_admin(admin_client: Client, name: str, value: str) -> None:
    source = {"app_label": "notifications", "model_name": "userprefs", "field_name": "backend"}
    for field in ("backend", "notification", "user"):
        query = urlencode({**source, "field_name": field, name: value}, errors="surrogateescape")
        assert_answered(admin_client.get(f"/admin/autocomplete/?{query}"), field)
    source = {"app_label": "notifications", "model_name": "notification"}
    query = urlencode(
        {**source, "field_name": "permissions", name: value}, errors="surrogateescape"
    )
    assert_answered(admin_client.get(f"{reverse('admin:notifications_permissions')}?{query}"))


@VALUES
@pytest.mark.parametrize(
    "path", ["users/KEY/", "groups/KEY/", "unsubscribe/KEY/", "KEY/", "?KEY=KEY"]
)
def test_pages_of_preferences(admin_client: Client, path: str, value: str) -> None:
    url = f"/preferences/{path}".replace("KEY", encoded(value or "_"))
    assert_answered(admin_client.get(url))
    assert_answered(admin_client.post(url))


@VALUES
@pytest.mark.parametrize("page", ["own", "user", "group"])
def test_forms_of_preferences(
    admin_client: Client, alice: Any, reviewers: Group, page: str, value: str
) -> None:
    url = {
        "own": "/preferences/",
        "user": reverse("notifications:user", args=[alice.pk]),
        "group": reverse("notifications:group", args=[reviewers.pk]),
    }[page]
    texts = [
        value,
        f'{{"alarm": ["Alarm", {{"email": {value}}}]}}',
        json.dumps({value: ["Alarm", {value: True}]}),
        json.dumps({"alarm": [value, {"email": True}]}),
        json.dumps({"alarm": value}),
        json.dumps({"alarm": ["Alarm", {"email": True, "inbox": True}]}),
    ]
    for text in texts:
        posted = {"form-page": text, "alarm/email": value, "form-TOTAL_FORMS": value, value: value}
        body = urlencode(posted, errors="surrogateescape")
        response = admin_client.post(url, body, "application/x-www-form-urlencoded")
        assert_answered(response, text[:100])
        assert b"Internal" not in response.content


@VALUES
def test_forms_of_accounts(db: None, value: str) -> None:
    client = Client(raise_request_exception=False)
    for path, names in {
        "/accounts/login/": ("username", "password", "next"),
        "/accounts/password_reset/": ("email",),
        "/accounts/reset/MQ/set-password/": ("new_password1",),
    }.items():
        body = urlencode(dict.fromkeys(names, value), errors="surrogateescape")
        response = client.post(path, body, "application/x-www-form-urlencoded")
        assert_answered(response, path)
        assert_answered(client.get(f"{path}?{body}"), path)
    for path in ("/accounts/reset/KEY/KEY/", "/accounts/reset/MQ/KEY/", "/KEY", "/admin/KEY/"):
        assert_answered(client.get(path.replace("KEY", encoded(value or "_")), follow=True), path)


# Cookies and headers


def quoted(value: str) -> str:
    """Quote a value for the header Cookie, as RFC 2109 does."""
    octets = value.encode("utf-8", "surrogateescape")
    return '"' + "".join(f"\\{octet:03o}" for octet in octets) + '"'


COOKIES = ["sessionid", "csrftoken", "known_device", "django_language", "messages", "other"]


@VALUES
@pytest.mark.parametrize("name", COOKIES)
def test_cookies(alarm: Notification, settings: Any, name: str, value: str) -> None:
    settings.NOTIFICATION_RATES = {}
    for text in (
        quoted(value),
        quoted(value + "x" * 40),
        value.encode("utf-8", "replace").decode(),
    ):
        client = Client(raise_request_exception=False, enforce_csrf_checks=name == "csrftoken")
        headers: dict[str, Any] = {"HTTP_COOKIE": f"{name}={text}".encode().decode("latin-1")}
        for path in ("/", "/preferences/", "/accounts/login/", "/admin/", "/nothing"):
            assert_answered(client.generic("GET", path, **headers), path)
        given = {"username": "alice", "password": "wrong"}
        assert_answered(client.post("/accounts/login/", given, **headers))
        body = json.dumps({"query": "{ viewer { username } }"})
        response = client.generic("POST", "/graphql/", body, "application/json", **headers)
        assert_answered(response)
        if name != "csrftoken":
            assert response.json() == {"data": {"viewer": None}}


HEADERS = [
    "Accept",
    "Accept-Language",
    "Authorization",
    "If-Modified-Since",
    "If-None-Match",
    "Origin",
    "Referer",
    "X-CSRFToken",
    "X-Forwarded-For",
    "X-Request-ID",
]


@VALUES
@pytest.mark.parametrize("name", HEADERS)
def test_headers(browser: Client, settings: Any, name: str, value: str) -> None:
    settings.NOTIFICATION_REQUEST_ID_HEADER = "X-Request-ID"
    settings.NOTIFICATION_RATES = {"TRUSTED_PROXIES": 1}
    settings.METRICS_TOKEN = "t" * 32
    settings.NOTIFICATION_BEARER = {
        "ISSUER": "https://issuer.test",
        "AUDIENCE": "preferences",
        "ALGORITHMS": ["HS256"],
        "KEY": "a secret of ours that is long enough for it",
    }
    text = value.encode("utf-8", "replace").decode("latin-1")
    schemes = ("Bearer ", "Basic ", "Bearer a.b.", "") if name == "Authorization" else ("",)
    for headers in ({name: f"{scheme}{text}"} for scheme in schemes):
        for path in ("/", "/preferences/", "/accounts/login/", "/admin/", "/metrics"):
            assert_answered(browser.get(path, headers=headers), path)
        body = json.dumps({"query": "mutation { __typename }"})
        response = browser.post("/graphql/", body, "application/json", headers=headers)
        assert_answered(response)
        assert response.json()
        assert response["X-Request-ID"].isalnum()


# The API


@VALUES
def test_names_and_ids_of_the_api(admin_client: Client, value: str) -> None:
    texts = [value, *(global_id(type_, value) for type_ in ("User", "Group", "Delivery", "InboxEntry", "PreferenceCell") if value.isprintable())]  # fmt: skip  # noqa: E501
    for text in texts:
        for query in (
            "query ($x: ID!) { node(id: $x) { id } }",
            "query ($x: ID) { preferences(user: $x) { id } }",
            "query ($x: ID!) { groupPreferences(group: $x) { id } }",
            "query ($x: String!) { notification(name: $x) { id } }",
            "query ($x: String!) { inbox(after: $x) { nodes { id } } }",
            "query ($x: String!) { deliveries(notification: $x) { nodes { id } } }",
            'query ($x: String) { deliveries(notification: "alarm", after: $x) { nodes { id } } }',
            (
                "mutation ($x: String!) { updatePreferences(input: {preferences: [{"
                "notification: $x, backend: $x, notify: true}]}) { __typename } }"
            ),
            (
                "mutation ($x: String!) { clearPreferences(input: {notifications: [$x], backends:"
                " [$x]}) { __typename } }"
            ),
            "mutation ($x: ID!) { clearPreferences(input: {users: [$x]}) { __typename } }",
            (
                "mutation ($x: ID!) { updateGroupPreferences(input: {group: $x, preferences: []})"
                " { __typename } }"
            ),
            "mutation ($x: ID!) { markRead(input: {ids: [$x]}) { __typename } }",
        ):
            ask(admin_client, query, {"x": text})
        ask(admin_client, "{ viewer { id } }", None, operationName=text)
        ask(admin_client, "{ viewer { id } }", {text: text}, extensions={text: text})
        ask(admin_client, text)
        document = f"{{ node(id: {json.dumps(text)}) {{ id }} }}"
        ask(admin_client, document)


LITERALS = [DIGITS, f"-{DIGITS}", "9" * 4000, "1" * 400, f"{DIGITS}.0", f"1e{DIGITS}", "1e999", "2147483648", "[" * 190 + "1" + "]" * 190]  # fmt: skip  # noqa: E501


@pytest.mark.parametrize("literal", LITERALS, ids=range(len(LITERALS)))
def test_numbers_written_into_a_document(browser: Client, literal: str) -> None:
    for document in (
        "{ inbox(first: X) { nodes { id } } }",
        "{ inbox(after: X) { nodes { id } } }",
        "{ inbox(unreadOnly: X) { nodes { id } } }",
        "{ node(id: X) { id } }",
        "{ notification(name: X) { id } }",
        "{ viewer @include(if: X) { id } }",
        "query ($a: Int = X) { inbox(first: $a) { nodes { id } } }",
        "query ($a: ID = X) { preferences(user: $a) { id } }",
        "query ($a: Boolean = X) { viewer @skip(if: $a) { id } }",
        (
            'mutation { updatePreferences(input: {preferences: [{notification: "a", backend: "b",'
            " notify: X}]}) { __typename } }"
        ),
        "mutation { clearPreferences(input: {users: [X]}) { __typename } }",
        "mutation { clearPreferences(input: X) { __typename } }",
    ):
        answer = ask(browser, document.replace("X", literal))
        assert "sys.set_int_max_str_digits" not in json.dumps(answer)


@pytest.mark.parametrize("depth", [50, 200, 400, 900])
def test_values_nested_in_variables(browser: Client, depth: int) -> None:
    lists: Any = "x"
    objects: Any = "x"
    for _ in range(depth):
        lists, objects = [lists], {"preferences": objects}
    for type_, argument in {
        "Int": "inbox(first: $x) { nodes { id } }",
        "ID": "preferences(user: $x) { id }",
        "Boolean!": "viewer @include(if: $x) { id }",
    }.items():
        for value in (lists, objects):
            ask(browser, f"query ($x: {type_}) {{ {argument} }}", {"x": value})
    document = (
        "mutation ($x: UpdatePreferencesInput!) { updatePreferences(input: $x) { __typename } }"
    )
    for value in (lists, objects, {"preferences": lists}):
        ask(browser, document, {"x": value})


@pytest.mark.parametrize("number", [10**4000, 10**400, 2**63, -(2**63) - 1, 2**31, 1e308])
def test_numbers_in_variables(browser: Client, number: Any) -> None:
    for type_ in ("Int", "ID", "String", "Boolean"):
        ask(browser, f"query ($x: {type_}) {{ viewer {{ id }} a: preferences(user: $x) {{ id }} }}", {"x": number})  # fmt: skip  # noqa: E501
    ask(browser, "query ($x: Int) { inbox(first: $x) { nodes { id } } }", {"x": number})
    ask(browser, "query ($x: ID) { preferences(user: $x) { id } }", {"x": number})
    ask(browser, "query ($x: ID!) { node(id: $x) { id } }", {"x": number})


# Signed links, whose content a leaked key lets anybody choose


@VALUES
def test_signed_links(alarm: Notification, value: str) -> None:
    client = Client(raise_request_exception=False)
    if value.isprintable():
        for about in (
            {"user": value, "notification": alarm.pk, "backend": "email"},
            {"user": [value], "notification": value, "backend": [value]},
        ):
            token = links.token(**about)
            assert_answered(client.get(f"/preferences/unsubscribe/{token}/"))
            assert_answered(client.post(f"/preferences/unsubscribe/{token}/"))


def test_nothing_of_it_was_stored(alarm: Notification) -> None:
    assert SentNotification.objects.count() == 2
