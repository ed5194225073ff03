#!/bin/sh
# manage.py with the settings of the service.
set -eu
set -a
. /etc/notifications.env
set +a
cd /srv/notifications/app
exec /srv/notifications/venv/bin/python manage.py "$@"
