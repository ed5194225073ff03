from django.db import migrations, models

from notifications.database import online_migrations


class Migration(online_migrations.Migration):

    dependencies = [
        ('notifications', '0005_fewer_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='notification',
            name='catalogue',
            field=models.TextField(blank=True, default='', editable=False),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='notification',
            name='declared',
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='notification',
            name='retired',
            field=models.BooleanField(default=False, editable=False, help_text='Its catalogue no longer declares it. Hidden as if it were not public.', verbose_name='retired'),
        ),
    ]
