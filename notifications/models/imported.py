from django.db import models

KEYS = "django-notifier-"
"""Beginning of the keys of imported sends, whose contexts are unknown."""


class ImportedRow(models.Model):
    """A row of django-notifier that `import_notifier` has processed, so that it never does again.

    Without it, a second import would restore preferences that people have cleared since.
    """

    table = models.CharField(max_length=63)
    key = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "key"], name="notifications_imported_unique")
        ]

    def __str__(self) -> str:
        return f"{self.table}: {self.key}"
