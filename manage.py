#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    # Development is the default for developers at a prompt; web servers (wsgi.py, asgi.py) have no
    # such default. A secret key or a database of one's choice means production: a worker that was
    # started without the key must not print its messages, and record them as sent.
    if not {"DATABASE_URL", "SECRET_KEY"} & os.environ.keys():
        os.environ.setdefault("DEBUG", "true")
    execute_from_command_line(sys.argv)
