"""Rendering of message templates, in the language of the user, by any template engine."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from string import Template as StringTemplate
from typing import Any

from django.template.backends.django import DjangoTemplates, Template
from django.template.context import make_context
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template, select_template

from notifications.site import language_of, use_language

_SPACES = re.compile(r"[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")
# Control characters, lone surrogates, and overrides of the direction of text, by which a name could
# change the rest of its line. Joiners, marks and isolates are part of names.
_UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x9f\u202a-\u202e\ud800-\udfff]")


def render(names: Sequence[str], context: Mapping[str, Any], *, html: bool = False) -> str:
    """Render the first of the templates that exists, in the language of the user of the context.

    Values are escaped if `html` is true, and only then, in any engine that escapes. Raises
    TemplateDoesNotExist.
    """
    template = _select(names)
    with use_language(language_of(context["user"])):
        return str(_rendered(template, dict(context), html=html))


def first_found(names: Sequence[str]) -> str:
    """Return the first name with a template in an engine of the project, or the first of all."""
    for name in names:
        try:
            get_template(name)
        except TemplateDoesNotExist:
            continue
        return name
    return names[0]


def one_line(text: str) -> str:
    """Return the text without line ends and control characters, for headers and titles."""
    return _UNWANTED.sub("", _SPACES.sub(" ", text)).strip(" ")


def _rendered(template: Any, context: dict[str, Any], *, html: bool) -> Any:
    if isinstance(template, Template):
        return template.template.render(make_context(context, autoescape=html))
    if isinstance(template, StringTemplate) and not html:  # of django.template.backends.dummy
        return template.safe_substitute(context)
    environment = getattr(getattr(template, "template", None), "environment", None)
    if environment is not None and hasattr(environment, "overlay"):  # Jinja2
        compiled = _environment(environment, html).get_template(template.template.name)
        template = type(template)(compiled, template.backend)
    return template.render(context)


@lru_cache(maxsize=8)
def _environment(environment: Any, autoescape: bool) -> Any:  # noqa: FBT001 - part of the key
    """Return the Jinja2 environment with this autoescape, which Jinja2 compiles into templates."""
    return environment.overlay(autoescape=autoescape, bytecode_cache=None)


def _select(names: Sequence[str]) -> Any:
    """Return the first template that exists, from this app if no engine of the project has one."""
    try:
        return select_template(names)
    except TemplateDoesNotExist:
        own = _own_engine()
        for name in names:
            try:
                return own.get_template(name)
            except TemplateDoesNotExist:
                continue
        raise


@cache
def _own_engine() -> DjangoTemplates:
    """Engine of the templates of this app, for projects whose engines do not find them."""
    directory = Path(__file__).parent.parent / "templates"
    params = {"NAME": "notifications", "DIRS": [directory], "APP_DIRS": False, "OPTIONS": {}}
    return DjangoTemplates(params)
