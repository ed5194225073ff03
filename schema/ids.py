"""Global IDs: base64 of `Type:key`. The key is one or more primary keys, separated by colons."""

from base64 import b64encode
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Model
from strawberry.relay.utils import from_base64

from notifications.errors import NotFound
from notifications.models import Backend, Notification, SentNotification

_USER = get_user_model()

MODELS: dict[str, tuple[type[Model], ...]] = {
    "User": (_USER,),
    "Group": (Group,),
    "Backend": (Backend,),
    "Notification": (Notification,),
    "InboxEntry": (SentNotification,),
    "InboxSummary": (_USER,),
    "Delivery": (SentNotification,),
    "PreferenceMatrix": (_USER,),
    "NotificationPreferences": (_USER, Notification),
    "PreferenceCell": (_USER, Notification, Backend),
    "GroupPreferenceMatrix": (Group,),
    "GroupNotificationPreferences": (Group, Notification),
    "GroupPreferenceCell": (Group, Notification, Backend),
}
"""Models whose primary keys make up the key of a type's IDs."""


def global_id(type_name: str, *keys: Any) -> str:
    """Return the ID, equal to `strawberry.relay.to_base64` but faster."""
    return b64encode(f"{type_name}:{':'.join(map(str, keys))}".encode()).decode()


def parse(id_: str) -> tuple[str, str]:
    """Return the name of the type and the key of an ID. Raises NotFound."""
    try:
        type_name, key = from_base64(id_)
    except ValueError:
        raise NotFound(id_) from None
    if "\0" in key:  # PostgreSQL does not accept it in a key that is a text
        raise NotFound(id_)
    return type_name, key


def keys_of(id_: str, type_name: str) -> tuple[Any, ...]:
    """Return the primary keys in an ID of this type, one for each of its models. Raises NotFound.

    The ID must be spelled exactly as `global_id` spells it.
    """
    models = MODELS[type_name]
    _, key = parse(id_)
    parts = key.rsplit(":", len(models) - 1)
    if len(parts) != len(models):
        raise NotFound(id_)
    try:
        keys = tuple(
            model._meta.pk.clean(part, None) for model, part in zip(models, parts, strict=True)
        )
    except ValidationError:
        raise NotFound(id_) from None
    if global_id(type_name, *keys) != id_:
        raise NotFound(id_)
    return keys


def key_of(id_: str, type_name: str) -> Any:
    """Return the primary key in an ID of a type with one model. Raises NotFound."""
    [key] = keys_of(id_, type_name)
    return key
