from django.db import migrations

from notifications.database import online_migrations


def remove_triggers(apps, schema_editor):
    from notifications.configuration import triggers

    triggers.remove(schema_editor.connection.alias)


class Migration(online_migrations.Migration):

    dependencies = [
        ('notifications', '0001_initial'),
    ]

    operations = [
        # No model, so that no fixture brings versions of another time or place along.
        migrations.RunSQL(
            'CREATE TABLE notifications_version (part varchar(20) NOT NULL, writer bigint NOT NULL,'
            ' token bigint NOT NULL, PRIMARY KEY (part, writer))',
            'DROP TABLE notifications_version',
        ),
        # Triggers are made after each `migrate`.
        migrations.RunPython(migrations.RunPython.noop, remove_triggers),
    ]
