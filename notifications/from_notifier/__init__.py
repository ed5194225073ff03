"""Import of the tables of django-notifier 0.7 or older, in the same database."""

from notifications.from_notifier.importing import import_all
from notifications.from_notifier.report import Counts, Report
from notifications.from_notifier.tables import MissingTables

__all__ = ["Counts", "MissingTables", "Report", "import_all"]
