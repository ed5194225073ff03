"""URLs of the service."""

from django.contrib import admin
from django.contrib.auth.views import PasswordChangeView
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from project.accounts.passwords import LimitedResetView, limit_changes
from project.views import GraphQLView

change = limit_changes(PasswordChangeView.as_view())
change_in_admin = limit_changes(admin.site.admin_view(admin.site.password_change))

urlpatterns: list[URLPattern | URLResolver] = [
    path("graphql/", GraphQLView.as_view(), name="graphql"),  # first: most requests
    # Before the views of Django at the same paths:
    path("accounts/password_reset/", LimitedResetView.as_view(), name="password_reset"),
    path("accounts/password_change/", change, name="password_change"),
    path(
        "admin/password_change/", limit_changes(admin.site.admin_view(admin.site.password_change))
    ),
    path("accounts/", include("django.contrib.auth.urls")),
    path("admin/", admin.site.urls),
    path("preferences/", include("notifications.urls")),
    path("", RedirectView.as_view(pattern_name="notifications:preferences")),
]
