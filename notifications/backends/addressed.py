"""Backends that deliver to an address which the user has registered for them."""

from abc import abstractmethod

from notifications.backends.base import BaseBackend
from notifications.errors import NoAddress
from notifications.models import Address


class AddressedBackend(BaseBackend):
    """`set_address` registers an address, once `clean_address` has agreed to it."""

    @classmethod
    @abstractmethod
    def clean_address(cls, address: str) -> str:
        """Return it as it should be kept. Raises InvalidAddress."""

    @classmethod
    def new_secret(cls) -> str:
        """Return what to sign messages to a new address with; empty where they are not signed."""
        return ""

    def address(self) -> Address:
        """Return the user's address. Raises NoAddress, a DeliveryFailed, if there is none."""
        found: Address | None = Address.objects.filter(
            user=self.context["user"], backend__name=self.name
        ).first()
        if not found:
            raise NoAddress(f"The user has registered no address for {self.name!r}.")
        return found
