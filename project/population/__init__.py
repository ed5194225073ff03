"""Made-up people with preferences, in any number, for whoever measures."""

from project.population.people import UnsuitableUserModel
from project.population.size import Size
from project.population.write import populate, populated

__all__ = ["Size", "UnsuitableUserModel", "populate", "populated"]
