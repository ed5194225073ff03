"""Data of the JavaScript module, and the API that it calls."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from notifications.models import Notification
from notifications.settings_page import endpoint
from notifications.shortcuts import update_preferences
from schema.ids import global_id
from tests.notifications.settings_page.pages import (
    module_data,
    of_group,
    show,
    signed_in,
)

Make = Callable[..., Notification]

pytestmark = pytest.mark.usefixtures("card")


def test_module_data_equals_the_answer_of_the_api(alice: Any, reviewers: Group) -> None:
    update_preferences("card", alice, {"inbox": False})
    update_preferences("card", reviewers, {"email": True})
    data = module_data(show(alice))
    query = """{ preferences { user { id } notifications { cells {
        value: effective own: userValue source editable } } } }"""
    answer = (
        signed_in(alice).post(data["url"], {"query": query}, content_type="application/json").json()
    )
    matrix = answer["data"]["preferences"]
    assert data["subject"] == matrix["user"]["id"]
    cells = [
        {key: cell[key] for key in matrix["notifications"][0]["cells"][0]} for cell in data["cells"]
    ]
    assert cells == matrix["notifications"][0]["cells"]


def test_module_data_has_the_names_of_inputs(reviewers: Group, bob: Any) -> None:
    page = show(bob, of_group(reviewers))
    data = module_data(page)
    assert (data["kind"], data["subject"]) == ("group", global_id("Group", reviewers.pk))
    assert [cell["input"] for cell in data["cells"]] == ["card/email", "card/inbox", "card/sms"]
    assert all(f'name="{cell["input"]}"' in page for cell in data["cells"])


@pytest.mark.parametrize("known", [[], [endpoint.Endpoint("no-such-url", global_id)]])
def test_without_an_api_the_page_is_a_form(
    alice: Any, monkeypatch: pytest.MonkeyPatch, known: list[endpoint.Endpoint]
) -> None:
    monkeypatch.setattr(endpoint, "_connected", known)
    page = show(alice)
    assert "<script" not in page
    assert "Save</button>" in page


def test_the_last_connected_api_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_connected", [])
    endpoint.connect(url_name="graphql", global_id=global_id)
    endpoint.connect(url_name="login", global_id=global_id)
    found = endpoint.find()
    assert found is not None
    assert found.url == reverse("login")


def test_pages_have_no_inline_code(alice: Any) -> None:
    page = show(alice)
    assert not re.search(r"<style|\bstyle=|\bon[a-z]+=", page)
    scripts = re.findall(r"<script[^>]*>", page)
    assert [("src=" in tag or "application/json" in tag) for tag in scripts] == [True, True]
