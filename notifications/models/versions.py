from django.db import models


class Part(models.TextChoices):
    """What is cached together, because it changes together."""

    CATALOGUE = "catalogue"
    GROUPS = "groups"


class ConfigurationVersion(models.Model):
    """Changes whenever the part of the configuration does; `triggers` see to that.

    The version of a part is the sum of its tokens, which are random: none comes twice, not even
    after a rollback. Each transaction that changes something has a row of its own, so that none
    waits for another.
    """

    part = models.CharField(max_length=20, choices=Part)
    transaction = models.BigIntegerField()
    token = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["part", "transaction"], name="notifications_version_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.token}"
