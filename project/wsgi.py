"""WSGI application."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler

from project.requests import LenientWSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")


class Handler(WSGIHandler):
    request_class = LenientWSGIRequest


django.setup(set_prefix=False)
application = Handler()
