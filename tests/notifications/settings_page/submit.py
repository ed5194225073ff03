"""Fills in a page as a browser without JavaScript would."""

from html.parser import HTMLParser
from typing import Any


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
    """Return what is posted after these changes: True or False for a box, text for the rest."""
    data = inputs(str(html)).data
    for name, value in (changes or {}).items():
        if value is False:
            data.pop(name, None)
        else:
            data[name] = "on" if value is True else value
    return data
