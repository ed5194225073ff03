#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    # At this prompt a developer sits; a web server's entry (wsgi.py, asgi.py) assumes production.
    # A machine that has been given a secret key is a production machine at this prompt, too.
    if "SECRET_KEY" not in os.environ:
        os.environ.setdefault("DEBUG", "true")
    execute_from_command_line(sys.argv)
