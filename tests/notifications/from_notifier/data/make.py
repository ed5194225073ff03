"""Write tables and rows of django-notifier 0.7: schema of SQLite or PostgreSQL, and rows.json.

Needs Python 2.7 and, in a directory on PYTHONPATH, what django-notifier runs on:

    pip install --target packages Django==1.6.11 South==1.0.2 django-notifier==0.7 psycopg2-binary==2.8.6
    PYTHONPATH=packages python make.py sqlite FILE    # an empty database; writes sqlite.sql, rows.json
    PYTHONPATH=packages python make.py postgresql URI  # an empty database; writes postgresql.sql

Tables are those that its South migrations create; rows come from its own public calls.
"""

from __future__ import print_function, unicode_literals

import io
import json
import os
import re
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = [
    "notifier_backend",
    "notifier_notification",
    "notifier_notification_permissions",
    "notifier_notification_backends",
    "notifier_groupprefs",
    "notifier_userprefs",
    "notifier_sentnotification",
]


def configure(vendor, name):
    from django.conf import settings

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": name}
    if vendor == "postgresql":
        user, host, base = re.match(r"postgres\w*://([^:@]+):?@/(\w+)\?host=(.+)", name).group(
            1, 3, 2
        )
        database = {
            "ENGINE": "django.db.backends.postgresql_psycopg2",
            "NAME": base,
            "USER": user,
            "HOST": host,
        }
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sites",
            "south",
            "notifier",
        ],
        SITE_ID=1,
        USE_TZ=True,
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        NOTIFIER_BACKENDS=[
            "notifier.backends.EmailBackend",
            "shop.SmsBackend",
            "shop.PagerBackend",
        ],
        TEMPLATE_LOADERS=["shop.Loader"],
    )


def shop():
    """Make a module with two backends and a template loader, as a project would have them."""
    from django.template.loader import BaseLoader

    module = types.ModuleType(str("shop"))
    sys.modules["shop"] = module

    class Loader(BaseLoader):
        is_usable = True

        def load_template_source(self, template_name, template_dirs=None):
            return "for {{ user }}", template_name

    Loader.__module__ = str("shop")
    module.Loader = Loader
    return module


def backends(module):
    from notifier.backends import BaseBackend

    class SmsBackend(BaseBackend):
        name, display_name, description = "sms", "SMS", "To a telephone"

        def send(self, user, context=None):
            return user.username != "charlie"

    class PagerBackend(BaseBackend):
        name = "pager"

        def send(self, user, context=None):
            return True

    for each in (SmsBackend, PagerBackend):
        each.__module__ = str("shop")
        setattr(module, each.__name__, each)


def record(vendor):
    """Migrate, and return the statements that create django-notifier's tables."""
    from django.db import connection
    from django.core.management import call_command
    from south.db import db

    recorded = []
    execute = db.execute

    def recording(sql, params=(), *args, **kwargs):
        if "notifier_" in sql and sql.split()[0] in ("CREATE", "ALTER", "DROP"):
            recorded.append(sql.strip().rstrip(";") + ";")
        return execute(sql, params, *args, **kwargs)

    db.execute = recording
    call_command("syncdb", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    if vendor == "sqlite":  # South rebuilds tables there
        cursor = connection.cursor()
        cursor.execute(
            "SELECT sql || ';' FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name LIKE 'notifier_%'"
        )
        recorded = [sql for (sql,) in cursor.fetchall()]
    return recorded


def use():
    """Call what projects call."""
    from django.contrib.auth.models import Group, Permission, User
    from notifier.models import Backend, SentNotification, UserPrefs
    from notifier.shortcuts import create_notification, send_notification, update_preferences

    alice, bob, charlie = [
        User.objects.create(username=name, email=name + "@example.com")
        for name in ("alice", "bob", "charlie")
    ]
    reviewers = Group.objects.create(name="reviewers")
    alice.groups.add(reviewers)
    bob.user_permissions.add(Permission.objects.get(codename="add_group"))

    create_notification("card-declined", "Card declined")
    create_notification("order-shipped", "Order shipped", backends=["email"])
    create_notification("audit", "Audit", permissions=["add_group"], backends=["email", "sms"])
    create_notification("internal", public=False, backends="email")
    Backend.objects.filter(name="pager").update(enabled=False)

    update_preferences("card-declined", reviewers, {"email": True, "sms": False})
    update_preferences("internal", reviewers, {"email": True})
    update_preferences("card-declined", alice, {"sms": True})
    update_preferences("card-declined", bob, {"email": True, "pager": True})
    update_preferences("card-declined", charlie, {"email": False, "sms": True})
    update_preferences("order-shipped", bob, {"email": True, "sms": True})
    update_preferences("audit", bob, {"email": True, "sms": False})

    everybody = [alice, bob, charlie]
    send_notification("card-declined", everybody)
    send_notification("card-declined", everybody, {"reason": "insufficient funds"})
    send_notification("order-shipped", bob)
    send_notification("internal", everybody)
    SentNotification.objects.filter(user=bob, notification__name="order-shipped").update(read=True)
    assert UserPrefs.objects.count() == 9, UserPrefs.objects.count()


def rows():
    from django.contrib.auth.models import Group, Permission, User
    from django.db import connection
    from notifier.models import Notification

    tables = {}
    for table in TABLES:
        cursor = connection.cursor()
        cursor.execute('SELECT * FROM "%s" ORDER BY id' % table)
        columns = [column[0] for column in cursor.description]
        tables[table] = [
            {
                c: v if v is None or isinstance(v, (int, bool)) else "%s" % v
                for c, v in zip(columns, row)
            }
            for row in cursor.fetchall()
        ]
    permissions = Permission.objects.select_related("content_type")
    alice = User.objects.get(username="alice")
    return {
        # Of a member of a group: without one, django-notifier applies the preferences of all groups.
        "effective": {
            each.name: {b.name: value for b, value in each.get_user_prefs(alice).items()}
            for each in Notification.objects.all()
        },
        "users": {str(user.pk): user.username for user in User.objects.all()},
        "groups": {str(group.pk): group.name for group in Group.objects.all()},
        "permissions": {
            str(each.pk): "%s.%s" % (each.content_type.app_label, each.codename)
            for each in permissions.filter(content_type__app_label="auth")
        },
        "tables": tables,
    }


def write(name, text):
    with io.open(os.path.join(HERE, name), "w", encoding="utf-8") as file:
        file.write(text.rstrip() + "\n")


def main(vendor, name):
    configure(vendor, name)
    module = shop()
    # notifier.models cannot be imported before the settings, nor backends before the models
    backends(module)
    write(vendor + ".sql", "\n".join(record(vendor)))
    use()
    found = rows()
    if vendor == "sqlite":
        write("rows.json", json.dumps(found, indent=1, sort_keys=True, separators=(",", ": ")))
    print({table: len(each) for table, each in found["tables"].items()})


if __name__ == "__main__":
    main(*[each.decode() if isinstance(each, bytes) else each for each in sys.argv[1:]])
