"""Addresses that users register, for backends that deliver to a registered address."""

from notifications.addresses.registration import addresses, remove_address, set_address

__all__ = ["addresses", "remove_address", "set_address"]
