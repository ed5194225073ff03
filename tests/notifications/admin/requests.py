"""URLs and form data of the admin."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from notifications import preferences
from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from notifications.preferences.validation import Preference

MODELS = [Backend, Notification, UserPrefs, GroupPrefs]


def url(model: Any, view: str, *args: Any, site: str = "admin") -> str:
    return reverse(f"{site}:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def text(response: Any) -> str:
    return str(response.content.decode())


def staff(people: Any, *codenames: str) -> Any:
    user = people("dora", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def preference_data(row: Any, *, notify: bool = True) -> dict[str, Any]:
    """Return the data of the form of a preference."""
    subject = {row.subject: getattr(row, f"{row.subject}_id")}
    cell = {"notification": row.notification_id, "backend": row.backend_id}
    return {**subject, **cell, **({"notify": "on"} if notify else {})}


def list_data(model: Any, ticked: list[Any], field: str) -> dict[str, Any]:
    """Return the data of a list in which only these rows are ticked."""
    objects = list(model.objects.order_by("pk"))
    posted = {"form-TOTAL_FORMS": len(objects), "form-INITIAL_FORMS": len(objects), "_save": "Save"}
    for index, row in enumerate(objects):
        posted[f"form-{index}-id"] = row.pk
        if row in ticked:
            posted[f"form-{index}-{field}"] = "on"
    return posted


def inline_data(*rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """Return the data of the inline forms of a notification's cells."""
    posted = {"cells-TOTAL_FORMS": len(rows), "cells-INITIAL_FORMS": initial}
    for index, row in enumerate(rows):
        posted |= {f"cells-{index}-{key}": value for key, value in row.items()}
    return posted


def populate(people: Any, make: Any, size: range) -> None:
    for number in size:
        user, group = people(f"user{number}"), Group.objects.create(name=f"group{number}")
        user.groups.add(group)
        backend = f"backend{number}"
        notification = make(f"notification{number}", **{"backend0": "off", backend: "on"})
        notification.permissions.set(Permission.objects.all()[:2])
        cell = {"notification": notification, "backend": Backend.objects.get(name=backend)}
        UserPrefs.objects.bulk_create([UserPrefs(user=user, **cell)])
        GroupPrefs.objects.create(group=group, **cell)


def make_pref(model: Any, user: Any, notification: Any, backend: str = "email") -> Any:
    """Create a preference, off, of the user or of the user's group."""
    preference = Preference(notification.name, backend, notify=False)
    if model is UserPrefs:
        preferences.update(user=user, preferences=[preference])
    else:
        preferences.update_group(group=user.groups.get(), preferences=[preference])
    return model.objects.get(notification=notification, backend__name=backend)
