from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from notifications.catalogue import read_file, sync
from notifications.database.routing import for_write, writing
from notifications.errors import UsedKey
from notifications.models import Notification
from notifications.permissions import find_permissions
from notifications.shortcuts import send_notification, update_preferences
from project import demo
from project.accounts.models import GroupManager
from project.demo import people

CATALOGUE = Path(demo.__file__).with_name("forge.toml")


class Command(BaseCommand):
    help = "Prepare the database and load the demo; safe to repeat."

    def handle(self, **_options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo's passwords are public: it can be loaded only with DEBUG=true."
            )
        self.stdout.write("Preparing the database ...")
        call_command("migrate", verbosity=0, stdout=self.stdout)
        with writing():
            self._load_catalogue()
            created = [*self._load_groups(), *self._load_users()]
            self._send()
        if created:
            self.stdout.write(f"Created: {', '.join(created)}.")
        else:
            self.stdout.write("The demo is loaded already; nothing was changed.")

    def _load_catalogue(self) -> None:
        """Load the file if a notification is missing. Changes by administrators stay."""
        catalogue = read_file(CATALOGUE)
        names = {spec.name for spec in catalogue.notifications}
        if Notification.objects.filter(name__in=names).count() < len(names):
            report = sync(catalogue)
            self.stdout.write(f"Loaded {len(report.added)} backends and notifications.")

    def _load_groups(self) -> list[str]:
        created = []
        for name, about in people.GROUPS.items():
            group, is_new = Group.objects.get_or_create(name=name)
            if is_new:
                group.permissions.set(find_permissions(about.permissions)[0])
                _prefer(group, about.prefs)
                created.append(name)
        return created

    def _load_users(self) -> list[str]:
        users: Any = get_user_model()._default_manager.db_manager(for_write())
        created = []
        field = get_user_model().USERNAME_FIELD
        for name, about in people.USERS.items():
            if users.filter(**{field: name}).exists():
                continue
            address = {get_user_model().get_email_field_name(): f"{name}@example.org"}
            user = users.create(
                **{**address, field: name},
                is_superuser=about.is_superuser,
                is_staff=about.is_superuser,
            )
            user.set_password(people.PASSWORD)
            user.save()
            groups = Group.objects.using(for_write())
            user.groups.set(groups.filter(name__in=about.groups))
            for managed in groups.filter(name__in=about.manages):
                GroupManager.objects.create(group=managed, user=user)
            _prefer(user, about.prefs or {})
            created.append(name)
        return created

    def _send(self) -> None:
        """Send the messages once: their key makes a repetition do nothing."""
        users = get_user_model()._default_manager
        for about in people.MESSAGES:
            names = {f"{get_user_model().USERNAME_FIELD}__in": about.users}
            context = {"message": about.message}
            with suppress(UsedKey):  # an earlier version of the demo sent another text
                send_notification(about.notification, users.filter(**names), context, key="demo")


def _prefer(subject: Any, preferences: people.Preferences) -> None:
    for notification, prefs in preferences.items():
        update_preferences(notification, subject, prefs)
