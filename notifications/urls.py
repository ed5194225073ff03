from django.urls import path

from notifications.settings_page.views import GroupView, OwnView, UserView
from notifications.unsubscribe.views import UnsubscribeView

app_name = "notifications"
urlpatterns = [
    path("", OwnView.as_view(), name="preferences"),
    path("groups/<str:key>/", GroupView.as_view(), name="group"),
    path("users/<str:key>/", UserView.as_view(), name="user"),
    path("unsubscribe/<str:token>/", UnsubscribeView.as_view(), name="unsubscribe"),
]
