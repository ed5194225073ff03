"""Made-up users with preferences, in any number, for measurements."""

from project.population.catalogue import Size
from project.population.insert import populate, populated
from project.population.people import UnsuitableUserModel

__all__ = ["Size", "UnsuitableUserModel", "populate", "populated"]
