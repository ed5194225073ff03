from django.db import migrations, models

from notifications.database import online_migrations


class Migration(online_migrations.Migration):

    dependencies = [
        ('notifications', '0008_listed_backends'),
    ]

    operations = [
        migrations.AddField(
            model_name='notification',
            name='former',
            field=models.JSONField(default=list, editable=False),
        ),
    ]
