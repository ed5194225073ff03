from django.db import migrations, models


def remove_triggers(apps, schema_editor):
    from notifications import triggers

    triggers.remove(schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConfigurationVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(choices=[('catalogue', 'Catalogue'), ('groups', 'Groups')], max_length=20)),
                ('transaction', models.BigIntegerField()),
                ('token', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('part', 'transaction'), name='notifications_version_unique')],
            },
        ),
        # Triggers are made after each `migrate`.
        migrations.RunPython(migrations.RunPython.noop, remove_triggers),
    ]
