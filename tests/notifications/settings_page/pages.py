"""Requests to the settings pages."""

import json
import re
from html import unescape
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.test import Client

from tests.notifications.settings_page.form_data import submission

OWN = "/preferences/"


def of_user(user: Any) -> str:
    return f"/preferences/users/{user.pk}/"


def of_group(group: Group) -> str:
    return f"/preferences/groups/{group.pk}/"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def show(user: Any, url: str = OWN) -> str:
    response = signed_in(user).get(url)
    assert response.status_code == 200
    return unescape(response.content.decode())


def save(user: Any, url: str = OWN, changes: dict[str, Any] | None = None) -> Any:
    client = signed_in(user)
    data = submission(client.get(url).content.decode(), changes)
    return client.post(url, data, follow=True)


def grant(user: Any, *codenames: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def module_data(page: str) -> Any:
    found = re.search(r'<script id="np-data" type="application/json">(.*?)</script>', page)
    return found and json.loads(found[1])
