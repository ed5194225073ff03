from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = ["tests.user_model", *INSTALLED_APPS]
AUTH_USER_MODEL = "people.Person"
