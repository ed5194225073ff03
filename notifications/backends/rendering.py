"""Templates of messages: the first that there is, in the user's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.template.backends.django import Template
from django.template.context import make_context
from django.template.loader import select_template
from django.utils.translation import override

from notifications.messages import language_of


def render(names: Sequence[str], context: Mapping[str, Any]) -> str:
    """Render the first of the templates that exists. What is not HTML is not escaped for it."""
    template: Any = select_template(names)
    with override(language_of(context["user"])):
        if isinstance(template, Template) and not str(template.template.name).endswith(".html"):
            plain = make_context(dict(context), autoescape=False)
            return str(template.template.render(plain))
        return str(template.render(dict(context)))
