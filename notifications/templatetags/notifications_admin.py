from django import template
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import NoReverseMatch, reverse

from notifications.access import Access

register = template.Library()


@register.simple_tag(takes_context=True)
def matrix_url(context: template.Context) -> str:
    """Return where the matrix of the user or group on this admin form is.

    Empty where there is none: for other rows, for those who may not see it, and in a project that
    has no page of preferences.
    """
    row, access = context.get("original"), Access(context["user"])
    if isinstance(row, Group):
        name, allowed = "group", access.may("view", group=row)
    elif isinstance(row, get_user_model()):
        name, allowed = "user", access.may("view", user=row.pk)
    else:
        return ""
    try:
        return reverse(f"notifications:{name}", args=[row.pk]) if allowed else ""
    except NoReverseMatch:
        return ""
