from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from project.views import GraphQLView

urlpatterns: list[URLPattern | URLResolver] = [
    path("graphql/", GraphQLView.as_view(), name="graphql"),  # what most ask for is found first
    path("accounts/", include("django.contrib.auth.urls")),
    path("admin/", admin.site.urls),
    path("preferences/", include("notifications.urls")),
    path("", RedirectView.as_view(pattern_name="notifications:preferences")),
]
