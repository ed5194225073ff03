"""Users and groups by ID, for a viewer who may see or change their preferences."""

from collections.abc import Sequence
from typing import Any

from notifications.access import Access, Action
from notifications.errors import NotFound
from schema.ids import key_of
from schema.limits.bounds import check_unique


def find_users(access: Access, action: Action, ids: Sequence[str] | None) -> list[Any]:
    """Return users by ID, the viewer if there are no IDs.

    Raises InvalidPreferences for an ID that is given twice. Raises Forbidden for a user to whose
    preferences the viewer has no access, even if the user does not exist; otherwise NotFound.
    """
    if ids is None:
        return [access.viewer]
    check_unique(ids)
    keys = {id_: key_of(id_, "User") for id_ in ids}
    found = access.users(action, list(keys.values()))
    for id_, key in keys.items():
        if key not in found:
            raise NotFound(id_)
    return [found[keys[id_]] for id_ in ids]


def find_group(access: Access, action: Action, id_: str) -> Any:
    """Return a group by ID.

    Raises Forbidden without access, even if the group does not exist; otherwise NotFound.
    """
    group = access.group(action, key_of(id_, "Group"))
    if group is None:
        raise NotFound(id_)
    return group
