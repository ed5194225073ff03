"""Authentication by bearer tokens requires a token that passes every check."""

import base64
import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client

from schema.auth import tokens

EC = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SECRET = "shared between us, and long enough for it"
GOOD = {"iss": "https://issuer.test", "aud": "preferences", "sub": "alice"}


def pem(key: Any) -> str:
    text: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return text.decode()


def private_pem(key: Any) -> str:
    text: bytes = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return text.decode()


BEARER = {
    "ISSUER": "https://issuer.test",
    "AUDIENCE": "preferences",
    "ALGORITHMS": ["ES256"],
    "KEY": pem(EC),
}


@pytest.fixture
def bearer(settings: Any) -> None:
    settings.NOTIFICATION_BEARER = BEARER


def token(key: Any = EC, algorithm: str = "ES256", kid: str | None = None, **claims: Any) -> str:
    """Return a valid token with changed claims; None removes a claim."""
    all_claims = {**GOOD, "exp": time.time() + 60, **claims}
    kept = {name: value for name, value in all_claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm, headers={"kid": kid} if kid else None)


def ask(given: str, client: Client | None = None, scheme: str = "Bearer") -> Any:
    return (client or Client(enforce_csrf_checks=True)).post(
        "/graphql/",
        {"query": "{ viewer { username } }"},
        "application/json",
        headers={"authorization": f"{scheme} {given}"},
    )


def signed_in(user: Any) -> Client:
    """Return a client with the user's session, without a CSRF token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def unsecured(claims: dict[str, Any], header: dict[str, str], key: bytes = b"") -> str:
    """Return a token without validation by a library."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (header, {**claims, "exp": time.time() + 60})
    ]
    signature = hmac.new(key, b".".join(parts), hashlib.sha256).digest() if key else b""
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def assert_refused(response: Any) -> None:
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert "data" not in response.json()
    assert not response.cookies


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_valid_token_identifies_the_user(bearer: None, alice: Any, scheme: str) -> None:
    response = ask(token(), scheme=scheme)
    assert response.json() == {"data": {"viewer": {"username": "alice"}}}


NOW = time.time()


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("", id="no token"),
        pytest.param("nonsense", id="nonsense"),
        pytest.param("a.b.c", id="nonsense in three parts"),
        pytest.param(token(exp=NOW - 3600), id="expired"),
        pytest.param(token(exp=None), id="for ever"),
        pytest.param(token(nbf=NOW + 3600), id="not yet"),
        pytest.param(token(iat=NOW + 3600), id="from the future"),
        pytest.param(token(aud="billing"), id="another audience"),
        pytest.param(token(aud=None), id="no audience"),
        pytest.param(token(iss="https://issuer.test.attacker.test"), id="another issuer"),
        pytest.param(token(iss=None), id="no issuer"),
        pytest.param(token(sub="nobody"), id="unknown user"),
        pytest.param(token(sub="ivan"), id="inactive user"),
        pytest.param(token(sub=""), id="empty name"),
        pytest.param(token(sub="alice\0"), id="a name with a NUL"),
        pytest.param(token(sub=None), id="no name"),
        pytest.param(token(OTHER), id="another key"),
        pytest.param(token(RSA, "RS256"), id="an algorithm that is not allowed"),
        pytest.param(token(SECRET, "HS256"), id="a secret of the sender's"),
        pytest.param(unsecured(GOOD, {"alg": "none"}), id="alg none"),
        pytest.param(unsecured(GOOD, {"alg": "None"}), id="alg None"),
        pytest.param(unsecured(GOOD, {}), id="no alg"),
        pytest.param(
            unsecured(GOOD, {"alg": "HS256"}, BEARER["KEY"].encode()),  # type: ignore[attr-defined]
            id="the public key as a secret",
        ),
        pytest.param(
            unsecured(GOOD, {"alg": "ES256"}, BEARER["KEY"].encode()),  # type: ignore[attr-defined]
            id="the public key as a secret, under the name of an allowed algorithm",
        ),
        pytest.param(token()[:-4] + "AAAA", id="a changed signature"),
        pytest.param(token() + ", Bearer " + token(), id="two tokens"),
    ],
)
def test_invalid_tokens_are_refused(
    bearer: None, alice: Any, people: Any, caplog: Any, given: str
) -> None:
    people("ivan", is_active=False)
    with caplog.at_level(logging.DEBUG):
        assert_refused(ask(given))
        assert_refused(ask(given, signed_in(alice)))  # a session does not help
    assert "refused" in caplog.text
    assert not given or given not in caplog.text


def test_an_unavailable_database_is_a_503(
    bearer: None, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def execute(*_args: Any) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", execute)
        response = ask(token())
    assert response.status_code == 503
    assert "connection" not in response.content.decode()


def test_a_refusal_has_the_preferred_media_type(bearer: None, db: None) -> None:
    type_ = "application/graphql-response+json"
    headers = {"authorization": "Bearer nonsense", "accept": type_}
    response = Client().post("/graphql/", {}, "application/json", headers=headers)
    assert_refused(response)
    assert response["Content-Type"].startswith(type_)


@pytest.mark.parametrize(("leeway", "status"), [(0, 401), (120, 200)])
def test_clocks_may_differ_by_the_leeway(
    settings: Any, alice: Any, leeway: int, status: int
) -> None:
    settings.NOTIFICATION_BEARER = {**BEARER, "LEEWAY": leeway}
    assert ask(token(exp=time.time() - 60)).status_code == status


def test_claim_and_user_field_can_be_configured(settings: Any, alice: Any) -> None:
    settings.NOTIFICATION_BEARER = {**BEARER, "CLAIM": "uid", "USER_FIELD": alice._meta.pk.name}
    uid = alice.pk if isinstance(alice.pk, int) else str(alice.pk)
    assert ask(token(sub=None, uid=uid)).json()["data"]["viewer"]["username"] == "alice"
    for wrong in ("alice", True, [uid], {"a": 1}, 2**70, 1.5):
        assert_refused(ask(token(uid=wrong)))


def test_a_token_takes_precedence_over_a_session(bearer: None, alice: Any, charlie: Any) -> None:
    response = ask(token(), signed_in(charlie))
    assert response.json() == {"data": {"viewer": {"username": "alice"}}}
    assert not response.cookies


def test_cookies_still_need_the_csrf_token(bearer: None, alice: Any) -> None:
    client = signed_in(alice)
    for headers in ({}, {"authorization": "Basic YWxpY2U6cGFzc3dvcmQ="}, {"authorization": ""}):
        response = client.post(
            "/graphql/", {"query": "{ __typename }"}, "application/json", headers=headers
        )
        assert response.status_code == 403


@pytest.mark.parametrize("path", ["/preferences/", "/admin/", "/accounts/login/"])
def test_tokens_are_for_the_api_and_disable_cookies(bearer: None, admin: Any, path: str) -> None:
    client = signed_in(admin)
    headers = {"authorization": f"Bearer {token(sub='admin')}"}
    response = client.get(path, headers=headers)
    assert response.wsgi_request.user.is_anonymous
    if path == "/accounts/login/":
        data = {"username": "admin", "password": "password"}
        assert client.post(path, data, headers=headers).status_code == 403


def test_a_token_creates_no_session(bearer: None, alice: Any) -> None:
    ask(token())
    assert not Session.objects.exists()


def test_tokens_are_ignored_unless_configured(alice: Any) -> None:
    assert ask(token()).status_code == 403  # it is any request without a CSRF token
    assert ask(token(), Client()).json() == {"data": {"viewer": None}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ISSUER": ""}, "needs the key 'ISSUER'"),
        ({"AUDIENCE": ""}, "needs the key 'AUDIENCE'"),
        ({"ALGORITHMS": []}, "needs the key 'ALGORITHMS'"),
        ({"KEY": ""}, "one of the keys 'KEY' and 'JWKS_URL'"),
        ({"JWKS_URL": "https://issuer.test/keys"}, "one of the keys 'KEY' and 'JWKS_URL'"),
        ({"ALGORITHMS": ["none"]}, "not a key for the algorithm 'none'"),
        ({"ALGORITHMS": ["ES256", "HS256"]}, "not a key for the algorithm 'HS256'"),
        ({"ALGORITHMS": ["ES256", "RS256"]}, "not a key for the algorithm 'RS256'"),
        ({"ALGORITHMS": ["ES999"]}, "not a key for the algorithm 'ES999'"),
        ({"ALGORITHMS": ["HS256"], "KEY": "short"}, "too weak for the algorithm 'HS256'"),
        ({"KEY": private_pem(EC)}, "is a private key"),
        ({"KEY": "", "JWKS_URL": "http://issuer.test/keys"}, "must be an https:// URL"),
        ({"KEY": "", "JWKS_URL": "file:///keys"}, "must be an https:// URL"),
        (
            {"KEY": "", "JWKS_URL": "https://issuer.test/keys", "ALGORITHMS": ["HS256"]},
            "algorithms without a public key: HS256",
        ),
        ({"USER_FIELD": "password"}, "which is not unique"),
        ({"USER_FIELD": "shoe_size"}, "not a field of the user model"),
        ({"AUDIENCES": "x"}, "unknown keys: 'AUDIENCES'"),
    ],
)
def test_a_wrong_setting_prevents_the_start(
    settings: Any, changes: dict[str, Any], message: str
) -> None:
    settings.NOTIFICATION_BEARER = {**BEARER, **changes}
    with pytest.raises(ImproperlyConfigured, match=message):
        Client().get("/")


def test_a_shared_secret_is_accepted(settings: Any, alice: Any) -> None:
    settings.NOTIFICATION_BEARER = {**BEARER, "ALGORITHMS": ["HS256"], "KEY": SECRET}
    assert ask(token(SECRET, "HS256")).status_code == 200
    assert_refused(ask(token()))


def test_the_key_is_not_in_the_repr(settings: Any) -> None:
    settings.NOTIFICATION_BEARER = {**BEARER, "ALGORITHMS": ["HS256"], "KEY": SECRET}
    assert SECRET not in repr(tokens.bearer_settings())


class Issuer:
    """Publishes keys on the loopback interface, and counts requests."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.body: bytes | None = None
        self.status = 200
        self.requests = 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.requests += 1
                self.send_response(issuer.status)
                self.end_headers()
                self.wfile.write(issuer.body or json.dumps({"keys": issuer.keys}).encode())

            def log_message(self, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/keys"

    def publish(self, kid: str, key: Any, **more: Any) -> None:
        algorithm = jwt.get_algorithm_by_name("RS256" if key is RSA else "ES256")
        public: Any = algorithm.to_jwk(key.public_key(), as_dict=True)
        self.keys.append({**public, "kid": kid, "use": "sig", **more})


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(tokens, "monotonic", clock)
    return clock


@pytest.fixture
def issuer(settings: Any) -> Iterator[Issuer]:
    issuer = Issuer()
    thread = threading.Thread(target=issuer.server.serve_forever, args=(0.01,))
    thread.start()
    settings.NOTIFICATION_BEARER = {**BEARER, "KEY": "", "JWKS_URL": issuer.url}
    yield issuer
    issuer.server.shutdown()
    issuer.server.server_close()
    thread.join()


def test_published_keys_are_fetched_once(issuer: Issuer, alice: Any) -> None:
    issuer.publish("one", EC)
    issuer.publish("two", OTHER)
    for key, kid in ((EC, "one"), (OTHER, "two"), (EC, "one")):
        assert ask(token(key, kid=kid)).status_code == 200
    for given in (token(kid="two"), token(kid="three"), token(), token(OTHER, kid="one")):
        assert_refused(ask(given))
    assert issuer.requests == 1


def test_a_published_key_is_valid_for_its_algorithm_only(
    issuer: Issuer, alice: Any, settings: Any
) -> None:
    settings.NOTIFICATION_BEARER = {
        **settings.NOTIFICATION_BEARER,
        "ALGORITHMS": ["ES256", "RS256", "PS256"],
    }
    issuer.publish("ec", EC)
    issuer.publish("rsa", RSA, alg="RS256")
    issuer.keys.append({"kty": "oct", "kid": "secret", "k": "c2VjcmV0" * 8, "alg": "HS256"})
    assert ask(token(RSA, "RS256", kid="rsa")).status_code == 200
    for given in (
        token(RSA, "PS256", kid="rsa"),
        token(RSA, "RS256", kid="ec"),
        token(EC, "ES256", kid="rsa"),
        token(base64.urlsafe_b64decode("c2VjcmV0" * 8).decode(), "HS256", kid="secret"),
    ):
        assert_refused(ask(given))


@pytest.mark.parametrize(
    ("status", "body"), [(500, None), (200, b"<html>"), (200, b'{"keys": []}'), (200, b"[]")]
)
def test_an_unavailable_issuer_is_a_503(
    issuer: Issuer, alice: Any, caplog: Any, clock: Clock, status: int, body: bytes | None
) -> None:
    issuer.publish("one", EC)
    issuer.status, issuer.body = status, body
    response = ask(token(kid="one"))
    assert response.status_code == 503
    assert response.json()["errors"][0]["extensions"] == {"code": "INTERNAL"}
    assert issuer.url not in response.content.decode()
    assert "could not be checked" in caplog.text
    issuer.status, issuer.body = 200, None
    clock.now += tokens.PAUSE
    assert ask(token(kid="one")).status_code == 200


def test_keys_are_not_fetched_again_soon_after_a_failure(
    issuer: Issuer, alice: Any, clock: Clock
) -> None:
    issuer.publish("one", EC)
    issuer.status = 500
    assert {ask(token(kid=kid)).status_code for kid in ("one", "two") * 5} == {503}
    assert issuer.requests == 1
    clock.now += tokens.PAUSE
    assert ask(token(kid="one")).status_code == 503
    assert issuer.requests == 2


def test_unknown_keys_do_not_fetch_after_a_failure(
    issuer: Issuer, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.publish("one", EC)
    assert ask(token(kid="one")).status_code == 200
    monkeypatch.setattr(tokens._keys(issuer.url), "cooldown_duration", 0)  # noqa: SLF001
    issuer.status = 500
    for _ in range(5):
        assert_refused(ask(token(kid="two")))
    assert ask(token(kid="one")).status_code == 200
    assert issuer.requests == 2
