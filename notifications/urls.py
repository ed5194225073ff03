from django.urls import path

from notifications.views import GroupView, OwnView, UserView

app_name = "notifications"
urlpatterns = [
    path("", OwnView.as_view(), name="preferences"),
    path("groups/<str:key>/", GroupView.as_view(), name="group"),
    path("users/<str:key>/", UserView.as_view(), name="user"),
]
