"""Users and groups of the demo, their preferences and messages: every source appears."""

from collections.abc import Mapping
from dataclasses import dataclass

PASSWORD = "demo"  # noqa: S105 - the demo refuses to run in production

Preferences = Mapping[str, Mapping[str, bool]]
"""Notification, backend, whether to deliver."""


@dataclass(frozen=True, slots=True)
class DemoGroup:
    prefs: Preferences
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoUser:
    about: str
    groups: tuple[str, ...] = ()
    manages: tuple[str, ...] = ()
    is_superuser: bool = False
    prefs: Preferences | None = None


GROUPS: Mapping[str, DemoGroup] = {
    "Developers": DemoGroup(
        {
            "failed_pipeline": {"inbox": True, "email": False},
            "fixed_pipeline": {"inbox": True},
            "new_merge_request": {"inbox": True},
            "new_release": {"email": True},
        }
    ),
    "Reviewers": DemoGroup(
        {
            "approver": {"sms": True},
            "change_reviewer_merge_request": {"email": True, "inbox": True},
            "push_to_merge_request": {"inbox": True},
        },
        permissions=("auth.view_group",),
    ),
    "Operations": DemoGroup(
        {
            "failed_pipeline": {"email": True, "sms": True, "webhook": True},
            "moved_project": {"email": True},
        }
    ),
}

USERS: Mapping[str, DemoUser] = {
    "alice": DemoUser(
        "in Developers and Reviewers, with preferences of her own",
        groups=("Developers", "Reviewers"),
        prefs={
            "failed_pipeline": {"sms": True, "webhook": False},
            "new_note": {"inbox": False, "email": True},
            "new_merge_request": {"inbox": False},
        },
    ),
    "bob": DemoUser(
        "in Reviewers, and may change what that group prefers",
        groups=("Reviewers",),
        manages=("Reviewers",),
        prefs={"approver": {"sms": False}},
    ),
    "charlie": DemoUser("in no group, holds no permission", prefs={"new_release": {"email": True}}),
    "admin": DemoUser("an administrator", groups=("Operations",), is_superuser=True),
}


@dataclass(frozen=True, slots=True)
class DemoMessage:
    notification: str
    users: tuple[str, ...]
    message: str


MESSAGES = (
    DemoMessage("moved_project", ("alice", "bob"), "forge/website is forge/site from now on."),
    DemoMessage(
        "failed_pipeline", ("alice", "bob"), "Pipeline 4711 of forge/site: 2 tests failed."
    ),
    DemoMessage("push_to_merge_request", ("alice", "bob"), "charlie pushed 3 commits to !17."),
)

QUERY = """\
{
  preferences {
    notifications {
      notification { name }
      cells { backend { name } effective source }
    }
  }
}"""
