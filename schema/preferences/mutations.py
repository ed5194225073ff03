"""Writes. Each answers with what it changed, so that a normalised cache needs no refetch."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from strawberry import Info

from notifications import preferences
from notifications.access import Access, Action
from notifications.inbox import reads
from schema.auth.viewer import signed_in
from schema.conf import limits
from schema.connections import key_at, length
from schema.execution.documents import selects_ids
from schema.limits.bounds import bounded, bounded_ids, distinct
from schema.node import entry_keys, find_group, find_users
from schema.preferences.inputs import (
    ClearGroupPreferencesInput,
    ClearPreferencesInput,
    MarkAllReadInput,
    MarkReadInput,
    UpdateGroupPreferencesInput,
    UpdatePreferencesInput,
)
from schema.preferences.results import (
    ClearGroupPreferencesResult,
    ClearGroupPreferencesSuccess,
    ClearPreferencesResult,
    ClearPreferencesSuccess,
    MarkAllReadResult,
    MarkAllReadSuccess,
    MarkReadResult,
    MarkReadSuccess,
    UpdateGroupPreferencesResult,
    UpdateGroupPreferencesSuccess,
    UpdatePreferencesResult,
    UpdatePreferencesSuccess,
)
from schema.preferences.types import GroupPreferenceMatrix

_input = strawberry.argument(description="What to do, and for whom.")


@strawberry.type(description="What can be written.")
class Mutation:
    @strawberry.mutation(description="Set preferences of a user; all are set, or none.")
    def update_preferences(
        self,
        info: Info,
        input: Annotated[UpdatePreferencesInput, _input],  # noqa: A002
    ) -> UpdatePreferencesResult:
        access = signed_in(info)
        bounded(input.preferences)
        [user] = _users(access, "change", None if input.user is None else [input.user])
        wishes = [entry.value() for entry in input.preferences]
        updated = preferences.update(user=user, preferences=wishes, public_only=True)
        return UpdatePreferencesSuccess.of(
            updated, input.preferences, access, with_ids=selects_ids(info)
        )

    @strawberry.mutation(
        description="Take preferences of users back: what their groups say, or the default, holds"
        " again. Needs no permission of the notifications."
    )
    def clear_preferences(
        self,
        info: Info,
        input: Annotated[ClearPreferencesInput, _input],  # noqa: A002
    ) -> ClearPreferencesResult:
        access = signed_in(info)
        bounded(input.users, input.notifications, input.backends)
        users = _users(access, "change", input.users)
        cleared = preferences.clear(
            users=users,
            notifications=input.notifications,
            backends=input.backends,
            public_only=True,
        )
        return ClearPreferencesSuccess(
            cleared=cleared, users=users, access=access, with_ids=selects_ids(info)
        )

    @strawberry.mutation(description="Set preferences of a group; all are set, or none.")
    def update_group_preferences(
        self,
        info: Info,
        input: Annotated[UpdateGroupPreferencesInput, _input],  # noqa: A002
    ) -> UpdateGroupPreferencesResult:
        access = signed_in(info)
        bounded(input.preferences, input.matrices_of)
        group = find_group(access, "change", input.group)
        users = _users(access, "view", input.matrices_of)
        wishes = [entry.value() for entry in input.preferences]
        updated = preferences.update_group(group=group, preferences=wishes, public_only=True)
        return UpdateGroupPreferencesSuccess.of(
            updated, input.preferences, users, access, with_ids=selects_ids(info)
        )

    @strawberry.mutation(description="Take preferences of a group back.")
    def clear_group_preferences(
        self,
        info: Info,
        input: Annotated[ClearGroupPreferencesInput, _input],  # noqa: A002
    ) -> ClearGroupPreferencesResult:
        access = signed_in(info)
        bounded(input.notifications, input.backends, input.matrices_of)
        group = find_group(access, "change", input.group)
        users = _users(access, "view", input.matrices_of)
        cleared = preferences.clear_group(
            group=group,
            notifications=input.notifications,
            backends=input.backends,
            public_only=True,
        )
        [value] = preferences.read_groups(groups=[group])
        return ClearGroupPreferencesSuccess(
            cleared=cleared,
            matrix=GroupPreferenceMatrix.of(value, access),
            users=users,
            access=access,
            with_ids=selects_ids(info),
        )

    @strawberry.mutation(
        description="Mark entries of the viewer's inbox as read; safe to repeat. Others' entries"
        " are answered as those that do not exist."
    )
    def mark_read(
        self,
        info: Info,
        input: Annotated[MarkReadInput, _input],  # noqa: A002
    ) -> MarkReadResult:
        viewer = signed_in(info).viewer
        entries = reads.mark_read(user=viewer, entries=entry_keys(bounded_ids(input.ids)))
        return MarkReadSuccess.of(entries, viewer)

    @strawberry.mutation(
        description="Mark as read what the viewer has seen of the inbox; safe to repeat."
    )
    def mark_all_read(
        self,
        info: Info,
        input: Annotated[MarkAllReadInput, _input],  # noqa: A002
    ) -> MarkAllReadResult:
        viewer, up_to = signed_in(info).viewer, key_at(input.up_to, "InboxEntry", "upTo")
        first = length(input.first, limits().max_entries)
        marked = reads.mark_all_read(user=viewer, up_to=up_to)
        return MarkAllReadSuccess.of(marked, viewer, first, up_to)


def _users(access: Access, action: Action, ids: Sequence[str] | None) -> list[Any]:
    """Return the users with these ids, without ids the viewer. Raises what is wrong with them."""
    if ids is None:
        return [access.viewer]
    distinct(ids)
    return find_users(access, action, ids)
