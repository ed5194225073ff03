"""System checks of the project around the app."""

from typing import Any

import pytest
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.urls import include, path

from notifications.checks.project import check_deployed_site, check_sign_in
from notifications.checks.settings import check_messages


class Urls:
    """URLs of a project with the settings page."""

    def __init__(self, *more: Any) -> None:
        self.urlpatterns = [path("preferences/", include("notifications.urls")), *more]


SIGN_IN = path("sign-in/", lambda _request: HttpResponse(), name="sign-in")
UNNAMED = path("accounts/login/", LoginView.as_view(template_name="nowhere.html"), name="login")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_loopback_site_is_a_deployment_warning(settings: Any, host: str) -> None:
    settings.DEBUG = False  # as in tests
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": f"http://{host}"}
    assert check_messages() == []
    [warning] = check_deployed_site()
    assert warning.id == "notifications.W011"
    assert f"http://{host}" in warning.msg


@pytest.mark.parametrize("url", ["", "https://forge.example.org", 7])
def test_public_site_is_valid(settings: Any, url: Any) -> None:
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": url}
    assert check_deployed_site() == []


@pytest.mark.parametrize(
    ("url", "more", "wrong"),
    [
        ("/accounts/login/", [], "'/accounts/login/', which no URL pattern matches"),
        ("login", [], "'login', which is not the name of a URL pattern"),
        ("login", [UNNAMED], "'login', which has no template 'nowhere.html'"),
        ("/accounts/login/", [UNNAMED], "has no template 'nowhere.html'"),
    ],
)
def test_missing_sign_in_page_is_a_warning(
    settings: Any, url: str, more: list[Any], wrong: str
) -> None:
    settings.LOGIN_URL, settings.ROOT_URLCONF = url, Urls(*more)
    [warning] = check_sign_in()
    assert warning.id == "notifications.W010"
    assert wrong in warning.msg
    assert "LOGIN_URL" in str(warning.hint)


@pytest.mark.parametrize(
    "url",
    [
        "sign-in",
        "/sign-in/",
        "/sign-in",
        "/sign-in/?from=settings",
        "https://sso.example.org/login",
        "//sso.example.org/login",
    ],
)
def test_existing_sign_in_page_is_valid(settings: Any, url: str) -> None:
    settings.LOGIN_URL, settings.ROOT_URLCONF = url, Urls(SIGN_IN)
    assert check_sign_in() == []


def test_sign_in_page_with_a_language_prefix_is_valid(settings: Any) -> None:
    settings.LOGIN_URL, settings.ROOT_URLCONF = "/sign-in/", Urls(path("en/", include([SIGN_IN])))
    assert check_sign_in() == []


def test_sign_in_page_is_not_needed_without_pages(settings: Any) -> None:
    settings.LOGIN_URL, settings.ROOT_URLCONF = "/nowhere/", "schema.urls"
    assert check_sign_in() == []
