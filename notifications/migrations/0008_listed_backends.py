from django.db import migrations, models

from notifications.database import online_migrations


def mark_listed(apps, schema_editor):
    """Until now, only classes that NOTIFICATION_BACKENDS listed were written to rows."""
    rows = apps.get_model('notifications', 'Backend').objects.using(schema_editor.connection.alias)
    rows.exclude(klass='').update(listed=True)


class Migration(online_migrations.Migration):

    dependencies = [
        ('notifications', '0007_imported_rows'),
    ]

    operations = [
        migrations.AddField(
            model_name='backend',
            name='listed',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(mark_listed, migrations.RunPython.noop),
    ]
