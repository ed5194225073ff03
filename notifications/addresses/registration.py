"""Registration of users' addresses, for backends that deliver to a registered address."""

from typing import Any

from notifications import texts
from notifications.arguments import evaluate, name_of, saved_user
from notifications.database.routing import for_write, read_your_writes, writing
from notifications.errors import InvalidAddress, one_of
from notifications.models import Address, Backend


def set_address(*, user: Any, backend: str, address: str) -> Address:
    """Register the user's address for this backend, in place of an earlier one.

    Another address gets a new secret; an equal one keeps its secret. Permissions are not checked.
    Raises InvalidAddress.
    """
    with read_your_writes():
        row = _backend(name_of(backend))
    address = evaluate(address)
    if not texts.is_storable(address):
        raise InvalidAddress("It is not text, or has a NUL or a lone surrogate. Allowed: text.")
    clean = row.backendclass.clean_address(address)
    _check(clean)
    # By keys: a router may allow no relation between rows of two aliases.
    owner = {"user_id": saved_user(user).pk, "backend_id": row.pk}
    with writing() as using:
        rows = Address.objects.using(using).select_for_update()
        registered: Address = rows.get_or_create(
            **owner, defaults={"address": clean, "secret": row.backendclass.new_secret()}
        )[0]
        if registered.address != clean:
            registered.address = clean
            registered.secret = row.backendclass.new_secret()
            registered.save(using=using)
    return registered


def remove_address(*, user: Any, backend: str) -> bool:
    """Delete the user's address for this backend; return True if there was one."""
    name = name_of(backend)
    if not texts.is_storable(name):
        return False
    rows = Address.objects.using(for_write()).filter(user=saved_user(user), backend__name=name)
    return rows.delete()[0] > 0


def addresses(*, user: Any) -> dict[str, Address]:
    """Return the user's addresses by the name of the backend."""
    rows = Address.objects.filter(user=saved_user(user)).select_related("backend")
    return {row.backend.name: row for row in rows.order_by("backend__position", "backend_id")}


def _check(address: Any) -> None:
    """Raise InvalidAddress for a text that the database cannot store."""
    mistake = texts.mistake(address, longest=Address._meta.get_field("address").max_length)
    if mistake or not address:
        raise InvalidAddress(f"It {mistake or 'is empty.'}")


def _backend(name: str) -> Backend:
    """Return the backend of this name. Raises InvalidAddress unless it takes addresses."""
    addressed: dict[str, Backend] = {}
    for row in Backend.objects.exclude(klass=""):
        if problem := row.problem:
            if row.name == name:
                raise InvalidAddress(problem)
        elif hasattr(row.backendclass, "clean_address"):
            addressed[row.name] = row
    if name not in addressed:
        raise InvalidAddress(f"The backend {name!r} takes no addresses. {one_of(addressed)}")
    return addressed[name]
