"""A project that has the admin, but no settings page."""

from django.urls import path

from tests.notifications.admin.urls import full

urlpatterns = [path("full/", full.urls)]
