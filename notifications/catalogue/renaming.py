"""Renamed notifications keep their preferences, cells, permissions and sends."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.db.models import Exists, OuterRef

from notifications.catalogue.specs import Catalogue, NotificationSpec, named
from notifications.models import GroupPrefs, Notification, Send, SentNotification, UserPrefs
from notifications.texts import is_storable

_LONGEST_KEY = Send._meta.get_field("key").max_length or 0


def mistakes(catalogue: Catalogue) -> Iterator[str]:
    """Yield a sentence for each former name that is not valid."""
    declared = {spec.name: spec.location for spec in named(catalogue.notifications)}
    declared |= {each.name: each.location for each in named(catalogue.definitions)}
    claims: dict[str, str] = {}
    for spec in catalogue.notifications:
        for old in spec.renamed_from:
            reason = ""
            if not is_storable(old) or not old:
                reason = "which is not a valid name"
            elif old == spec.name:
                reason = "which is its present name"
            elif old in declared:
                reason = f"which is still declared in {declared[old]}"
            elif old in claims:
                reason = f"which is already a former name in {claims[old]}"
            if reason:
                yield f"{spec.location}: {spec.name!r}: renamed_from names {old!r}, {reason}."
            if isinstance(old, str):
                claims.setdefault(old, spec.location)


def rename(spec: NotificationSpec, rows: dict[str, Notification]) -> list[str]:
    """Rename or merge the rows of former names; return the differences as text.

    The row of the new name keeps its primary key. Without one, the first row of a former name is
    renamed. `rows` are all notifications by name, and are updated with the database.
    """
    differences = []
    for old in spec.renamed_from:
        row = rows.pop(old, None)
        if row is None:
            continue
        if spec.name in rows:
            _merge(row, rows[spec.name])
            differences.append(f"merged with {old!r}")
        else:
            row.name = spec.name
            row.save(update_fields=["name", "updated"])
            rows[spec.name] = row
            differences.append(f"name {old!r} → {spec.name!r}")
    return differences


def _merge(old: Notification, new: Notification) -> None:
    """Move preferences and sends that the new row lacks, and delete the old row."""
    preferences: tuple[tuple[Any, str], ...] = ((UserPrefs, "user"), (GroupPrefs, "group"))
    for model, subject in preferences:
        known = model.objects.filter(
            notification=new, backend=OuterRef("backend"), **{subject: OuterRef(subject)}
        )
        model.objects.filter(~Exists(known), notification=old).update(notification=new)
    known = Send.objects.filter(notification=new, key=OuterRef("key"))
    for send in Send.objects.filter(Exists(known), notification=old):
        suffix = f"~{uuid4().hex}"
        send.key = send.key[: _LONGEST_KEY - len(suffix)] + suffix
        send.save(update_fields=["key"])
    for sent in (Send, SentNotification):
        sent._default_manager.filter(notification=old).update(notification=new)
    new.former = [*new.former, *old.former, old.pk]
    new.save(update_fields=["former", "updated"])
    old.delete()
