"""Managers of groups."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.database.natural_keys import NaturalKeyQuerySet, natural_key


class GroupManager(models.Model):
    """Right of a user to see and change the notification preferences of one group."""

    group = models.ForeignKey(Group, models.CASCADE, verbose_name=_("group"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"))

    objects = NaturalKeyQuerySet.as_manager()
    natural_key = natural_key("group__name", "user", dependencies=("auth.group",))

    class Meta:
        verbose_name = _("group manager")
        verbose_name_plural = _("group managers")
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="project_groupmanager_unique")
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.user}"
