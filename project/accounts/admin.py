"""Managers of groups in Django's admin."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from notifications.admin.base import LookupAdmin
from notifications.admin.deleting import DependentAdmin
from project.accounts.models import GroupManager


@admin.register(GroupManager)
class GroupManagerAdmin(DependentAdmin, LookupAdmin):
    list_display = ["group", "user"]
    list_filter = ["group"]
    list_select_related = ["group", "user"]
    lookups = ["group", "user"]
    raw_id_fields = ["group", "user"]
    ordering = ["group__name", "pk"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["group__name", f"user__{get_user_model().USERNAME_FIELD}"]
