from django.db import migrations, models


class Migration(migrations.Migration):

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
