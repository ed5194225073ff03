from django.db import migrations, models

from notifications import online


class Migration(online.Migration):

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
