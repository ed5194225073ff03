"""docs/reference/templates.md lists each template, with its blocks and its context."""

import re
from typing import Any

import pytest
from django.test import Client

from notifications.backends import Delivery
from notifications.backends.base import RESERVED
from notifications.models import Backend, Notification
from notifications.unsubscribe.links import token
from tests.docs.examples import ROOT
from tests.docs.pages import CODE, names, page, rows, section

TEMPLATES = ROOT / "notifications" / "templates"


def test_each_template_is_listed() -> None:
    text = page("reference/templates.md")
    for path in TEMPLATES.rglob("*.*"):
        assert f"`{path.relative_to(TEMPLATES).as_posix()}`" in text
    for path in ROOT.glob("project/templates/**/*.html"):
        assert f"`{path.relative_to(ROOT / 'project/templates').as_posix()}`" in text


def test_each_block_of_a_page_is_listed() -> None:
    listed = section(page("reference/templates.md"), "## Pages").partition("\n###")[0]
    for template, _page, blocks in rows(listed):
        source = (TEMPLATES / template.strip("`")).read_text(encoding="utf-8")
        assert CODE.findall(blocks) == re.findall(r"{% block (\w+)", source), template


def test_names_in_messages_are_listed() -> None:
    text = page("reference/templates.md")
    assert sorted(names(section(text, "### Names in messages"))) == sorted(RESERVED)
    attributes = {name.partition(".")[2] for name in names(section(text, "### Delivery"))}
    assert attributes == {*Delivery.__slots__, "reason"}


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("### Preferences of a user or a group", "/preferences/"),
        ("### Unsubscribing", "/preferences/unsubscribe/{token}/"),
    ],
)
def test_names_in_a_page_are_listed(heading: str, path: str, alice: Any, client: Client) -> None:
    client.force_login(alice)
    email = Backend.objects.create(name="email")
    notification = Notification.objects.create(name="welcome")
    notification.backends.add(email)
    link = token(user=alice, notification=notification, backend=email)
    response: Any = client.get(path.format(token=link))
    listed = names(section(page("reference/templates.md"), heading))
    assert sorted({*listed} - {"{% source field sources %}"}) == sorted(
        response.context_data.keys() - {"view", "token"}
    )
