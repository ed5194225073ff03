"""Form data as browsers without JavaScript submit it."""

from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import Group

from notifications.models import GroupPrefs, UserPrefs


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, str] = {}
        self.boxes: dict[str, dict[str, Any]] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        about = dict(attrs)
        name: Any = about.get("name")
        if tag == "select":
            self.select = "" if "disabled" in about else name
        elif tag == "option" and self.select and "selected" in about:
            self.data[self.select] = about["value"]
        elif tag == "input" and name:
            if about.get("type") == "checkbox":
                self.boxes[name] = about
                if "checked" in about and "disabled" not in about:
                    self.data[name] = "on"
            else:
                self.data[name] = about.get("value", "")


def inputs(html: str) -> _Inputs:
    found = _Inputs()
    found.feed(html)
    return found


def submission(html: Any, changes: dict[str, Any] | None = None) -> dict[str, str]:
    """Return the data of the form after changes: True or False for a box, a text otherwise."""
    data = inputs(str(html)).data
    for name, value in (changes or {}).items():
        if value is False:
            data.pop(name, None)
        else:
            data[name] = "on" if value is True else value
    return data


def rendered(formset: Any) -> str:
    fields = [str(field) for form in formset for field in form]
    return "\n".join([str(formset.management_form), *fields])


def fill_in(formset: Any, **changes: Any) -> dict[str, str]:
    return submission(
        rendered(formset), {name.replace("__", "/"): value for name, value in changes.items()}
    )


def stored(user: Any) -> dict[tuple[str, str], bool]:
    rows = UserPrefs.objects.filter(user=user)
    return {(row.notification.name, row.backend.name): row.notify for row in rows}


def stored_for(group: Group) -> dict[tuple[str, str], bool]:
    rows = GroupPrefs.objects.filter(group=group)
    return {(row.notification.name, row.backend.name): row.notify for row in rows}
