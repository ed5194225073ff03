"""Admin sites of two projects: `bare` has no other admins; `full` has them, and the pages."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.http import HttpResponse
from django.urls import include, path

from notifications.admin import BackendAdmin, GroupPrefsAdmin, NotificationAdmin, UserPrefsAdmin
from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from project.accounts.admin import GroupManagerAdmin
from project.models import GroupManager


class Searchable(admin.ModelAdmin):  # type: ignore[type-arg]
    search_fields = ["pk"]
    fields = ()


bare, full = admin.AdminSite("bare"), admin.AdminSite("full")
for site in (bare, full):
    site.register(Backend, BackendAdmin)
    site.register(Notification, NotificationAdmin)
    site.register(GroupPrefs, GroupPrefsAdmin)
    site.register(UserPrefs, UserPrefsAdmin)
    site.register(GroupManager, GroupManagerAdmin)
full.register([get_user_model(), Group, Permission], Searchable)


def page(request: object, pk: str) -> HttpResponse:
    return HttpResponse(f"The matrix of {pk}")


pages = [
    path("users/<str:pk>/", page, name="user"),
    path("groups/<str:pk>/", page, name="group"),
]
urlpatterns = [
    path("bare/", bare.urls),
    path("full/", full.urls),
    path("preferences/", include((pages, "notifications"))),
]
