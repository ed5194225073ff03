"""Made-up people with preferences, in any number, for whoever measures."""

from notifications.population.people import UnsuitableUserModel
from notifications.population.size import Size
from notifications.population.write import populate, populated

__all__ = ["Size", "UnsuitableUserModel", "populate", "populated"]
