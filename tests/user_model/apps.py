from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tests.user_model"
    label = "people"
