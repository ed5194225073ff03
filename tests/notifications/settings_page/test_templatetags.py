import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import engines

from notifications.models import Backend, Notification
from notifications.settings_page.forms import NotifierFormSet
from tests.notifications.settings_page.form_data import inputs

Make = Callable[..., Notification]

# The template of the guide.
GUIDE = Path("docs/guides/settings-page.md").read_text(encoding="utf-8")
[_, OWN_TEMPLATE] = re.findall(r"```html\+django\n(.*?)```", GUIDE, re.DOTALL)


def render(source: str, **context: Any) -> str:
    request = HttpRequest()
    get_token(request)
    template = engines["django"].from_string(source)
    return str(template.render(context, request))


@pytest.fixture
def formset(make: Make, alice: Any) -> NotifierFormSet:
    make("card", email="on", sms="off")
    make("news", inbox="off")
    Backend.objects.filter(name="sms").update(display_name="Text message")
    return NotifierFormSet(alice)


def test_a_custom_template_shows_the_table(formset: NotifierFormSet) -> None:
    page = " ".join(render(OWN_TEMPLATE, formset=formset).split())
    assert "<th>email</th><th>Text message</th><th>inbox</th>" in page
    assert "<th>card</th>" in page
    assert set(inputs(page).boxes) == {"card/email", "card/sms", "news/inbox"}
    assert page.count("<td></td>") == 3
    assert "form-rendered" in inputs(page).data


def test_a_custom_template_can_be_empty(alice: Any) -> None:
    page = render(OWN_TEMPLATE, formset=NotifierFormSet(alice))
    assert "There are no notifications that can be configured." in page
    assert "<form" not in page


def test_a_loop_over_dm_is_the_same(formset: NotifierFormSet) -> None:
    page = render(OWN_TEMPLATE.replace("formset.backends", "formset.dm"), formset=formset)
    assert set(inputs(page).boxes) == {"card/email", "card/sms", "news/inbox"}


@pytest.mark.parametrize(("name", "found"), [("sms", True), ("inbox", False), ("fax", False)])
def test_a_cell_is_found_by_the_name_of_its_backend(
    formset: NotifierFormSet,
    name: str,
    found: bool,
) -> None:
    page = render(
        "{% load notifications %}{% cell form name as field %}{{ field.html_name|default:'-' }}",
        form=formset[0],
        name=name,
    )
    assert page == (f"card/{name}" if found else "-")
