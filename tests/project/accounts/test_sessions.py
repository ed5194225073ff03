"""Sessions are Django's own, however they are looked up."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore as DjangosStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.timezone import now

from project.accounts.sessions import SessionStore


@pytest.fixture
def key(db: None) -> str:
    """That of a session which Django's own engine began."""
    session = DjangosStore()
    session["colour"] = "blue"
    session.create()
    assert session.session_key
    return session.session_key


def test_a_session_is_found_by_one_statement(key: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert SessionStore(key)["colour"] == "blue"


def test_the_former_path_of_the_backend_is_valid(client: Client, django_user_model: Any) -> None:
    alice = django_user_model._default_manager.create(**{django_user_model.USERNAME_FIELD: "alice"})
    client.force_login(alice, "project.accounts.backends.UserBackend")
    session = client.session
    session["_auth_user_backend"] = "project.auth.UserBackend"
    session.save()
    assert client.get("/accounts/password_change/").status_code == 200


def test_one_that_has_ended_is_forgotten(key: str) -> None:
    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    store = SessionStore(key)
    assert "colour" not in store
    assert store.session_key is None


def test_an_unknown_key_is_not_taken_up(db: None) -> None:
    store = SessionStore("k" * 32)
    assert "colour" not in store
    assert store.session_key is None


def test_signing_out_ends_it(client: Client, alice: Any) -> None:
    client.force_login(alice)
    held = client.cookies["sessionid"].value
    client.logout()
    client.cookies["sessionid"] = held
    answer = client.post(
        "/graphql/", {"query": "{ viewer { id } }"}, content_type="application/json"
    )
    assert answer.json() == {"data": {"viewer": None}}
