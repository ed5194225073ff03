"""URLs of a project with the admin, but without the settings page."""

from django.urls import path

from tests.notifications.admin.urls import full

urlpatterns = [path("full/", full.urls)]
