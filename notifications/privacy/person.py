"""Rows of this app with personal data of one user."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from notifications.database.routing import for_write
from notifications.models import Address, Batch, Send, SentNotification, UserPrefs

WINDOW = 20_000
"""Range of primary keys that one statement scans."""
BATCH_SIZE = 1_000
"""Number of rows that one transaction changes."""


@dataclass(frozen=True)
class Person:
    """A user, and the texts that identify the user: names, email address, registered addresses."""

    user: Any
    names: tuple[str, ...]

    @classmethod
    def of(cls, saved_user: Any) -> "Person":
        """Create from a saved user, which is read again from the database for writes.

        Raises the user model's DoesNotExist if the user has been deleted.
        """
        model = type(saved_user)
        user = model._base_manager.using(for_write()).get(pk=saved_user.pk)
        email = getattr(user, getattr(model, "EMAIL_FIELD", ""), "")
        full_name = user.get_full_name() if hasattr(user, "get_full_name") else ""
        addresses = Address.objects.using(for_write()).filter(user=user.pk)
        found = [user.get_username(), str(user), email, full_name]
        found += addresses.values_list("address", flat=True)
        texts = (str(text) for text in found if text is not None)
        return cls(user, tuple(dict.fromkeys(text for text in texts if text.strip())))

    @property
    def key(self) -> str:
        """Primary key as text, as in batches."""
        return str(self.user.pk)

    def is_named_in(self, *texts: str) -> bool:
        """Return True if a text contains one of the names as a word: `bob`, but not `bob.jones`.

        Names that are numbers are ignored: they do not identify a user.
        """
        pattern = self._pattern
        return pattern is not None and any(pattern.search(text) for text in texts)

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        names = [name for name in self.names if not name.strip().isdigit()]
        forms = {form for name in names for form in (name, json.dumps(name)[1:-1])}
        named = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
        # Characters of usernames and addresses; a full stop may also end a sentence.
        before, after = r"(?<![\w@+-])(?<!\w\.)", r"(?![\w@+-]|\.\w)"
        return re.compile(f"{before}(?:{named}){after}") if named else None

    def preferences(self) -> "QuerySet[UserPrefs]":
        return UserPrefs.objects.using(for_write()).filter(user=self.user.pk).order_by("pk")

    def addresses(self) -> "QuerySet[Address]":
        return Address.objects.using(for_write()).filter(user=self.user.pk).order_by("pk")

    def deliveries(self) -> "QuerySet[SentNotification]":
        return SentNotification.objects.using(for_write()).filter(user=self.user.pk).order_by("pk")

    def batches(self) -> Iterator[Batch]:
        """Yield the batches with the user's key, in their list or as a bound."""
        rows = Batch.objects.using(for_write()).annotate(text=Cast("keys", TextField()))
        quoted = {json.dumps(self.key), json.dumps(self.key, ensure_ascii=False)}
        has_key = Q(low=self.key) | Q(high=self.key)
        for form in quoted:
            has_key |= Q(text__contains=form)
        for low in range(0, (rows.aggregate(last=Max("pk"))["last"] or 0) + 1, WINDOW):
            window = rows.filter(pk__gt=low, pk__lte=low + WINDOW).filter(has_key).order_by("pk")
            for batch in window.select_related("send__notification", "backend"):
                if self.key in (batch.low, batch.high) or self.key in (batch.keys or []):
                    yield batch

    def sends(self) -> Iterator[list[int]]:
        """Yield lists of primary keys of the sends of the user's deliveries."""
        last, rows = 0, self.deliveries().order_by("send_id").values_list("send_id", flat=True)
        while found := list(rows.filter(send_id__gt=last).distinct()[:BATCH_SIZE]):
            yield found
            last = found[-1]

    def sends_to_them_alone(self, sends: Collection[int]) -> list[int]:
        """Return the sends that have no other existing recipient than this user."""
        using = for_write()
        others = SentNotification.objects.using(using).filter(send=OuterRef("pk"))
        named = Send.objects.using(using).filter(pk__in=sends, users__isnull=False)
        found = set(
            named.exclude(Exists(others.exclude(user=self.user.pk))).values_list("pk", flat=True)
        )
        batches = Batch.objects.using(using).filter(send__in=found).values_list("send", "keys")
        for send, keys in batches.iterator(BATCH_SIZE):
            if send in found and (keys is None or self._has_others(keys)):
                found.discard(send)
        return sorted(found)

    def _has_others(self, keys: list[str]) -> bool:
        others = [key for key in keys if key != self.key]
        users = get_user_model()._base_manager.using(for_write())
        return bool(others) and users.filter(pk__in=others).exists()
