"""Template filter of projects with django-notifier: `form|attr:name` is the field `name`."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def attr(form: Any, name: str) -> Any:
    return form[name] if name in form.fields else ""
