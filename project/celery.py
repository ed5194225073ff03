"""Jobs by Celery, once CELERY_BROKER_URL names a broker: `celery --app project worker --beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
app = Celery("project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ["notifications.delivery.queues.celery"]
# A sweep finds lost deliveries and due retries.
app.conf.beat_schedule = {
    "sweep": {"task": "notifications.delivery.queues.celery.sweep", "schedule": 10}
}
