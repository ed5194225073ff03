"""Unsubscribe links, their page and the posts of mail providers."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.signing import TimestampSigner
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from notifications import preferences
from notifications.errors import UnknownLink
from notifications.models import Backend, Notification, NotificationBackend, UserPrefs
from notifications.models.querysets import Outcome
from notifications.preferences.validation import Preference
from notifications.unsubscribe import links
from tests.notifications.conftest import OFF, ON, REQUIRED, make_notification
from tests.notifications.preferences.test_concurrency import run_concurrently

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def signed(user: Any, notification: Notification, backend: str = "email") -> str:
    return links.token(user=user.pk, notification=notification.pk, backend=backend)


def link(*about: Any) -> str:
    return reverse("notifications:unsubscribe", args=[signed(*about)])


def stored(user: Any) -> dict[tuple[str, str], bool]:
    rows = UserPrefs.objects.filter(user=user).select_related("notification", "backend")
    return {(row.notification.name, row.backend.name): row.notify for row in rows}


def provider(**options: Any) -> Client:
    """Client of a mail provider, without cookies and without a CSRF token."""
    return Client(enforce_csrf_checks=True, **options)


def turn_on(user: Any, notification: str, backend: str = "email") -> None:
    preference = Preference(notification, backend, notify=True)
    preferences.update(user=user, preferences=[preference])


@pytest.fixture
def forge(db: None) -> dict[str, Notification]:
    """Catalogue with two categories, a private notification and one that requires e-mail."""
    made = {
        "failed": make_notification("failed", email=ON, inbox=ON),
        "fixed": make_notification("fixed", email=OFF, sms=OFF),
        "moved": make_notification("moved", email=REQUIRED, inbox=OFF),
        "hidden": make_notification("hidden", public=False, email=ON),
        "comment": make_notification("comment", email=ON),
    }
    Notification.objects.exclude(name="comment").update(category="Pipelines")
    return made


def test_one_click_posts_turn_off_the_cell(forge: Any, alice: Any) -> None:
    turn_on(alice, "failed")
    for _ in range(2):
        response = provider().post(link(alice, forge["failed"]), ONE_CLICK)
        assert response.status_code == 200
        assert not response.cookies
        assert "cookie" not in response.get("Vary", "").lower()
        assert stored(alice) == {("failed", "email"): False}


@pytest.mark.parametrize("body", ["List-Unsubscribe=One-Click", ""])
def test_posts_need_no_form(forge: Any, alice: Any, body: str) -> None:
    response = provider().post(link(alice, forge["failed"]), body, content_type="text/plain")
    assert response.status_code == 200
    assert stored(alice) == {("failed", "email"): False}


def test_a_cell_that_was_off_gets_a_preference(forge: Any, alice: Any) -> None:
    provider().post(link(alice, forge["fixed"]), ONE_CLICK)
    NotificationBackend.objects.update(default=True)
    assert stored(alice) == {("fixed", "email"): False}


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_safe_methods_change_nothing(forge: Any, alice: Any, method: str) -> None:
    response = getattr(provider(), method)(link(alice, forge["failed"]))
    assert response.status_code == 200
    assert not response.cookies
    assert stored(alice) == {}


def test_the_form_of_the_page_unsubscribes(forge: Any, alice: Any) -> None:
    page = provider().get(link(alice, forge["failed"]))
    body = page.content.decode()
    assert 'name="off" value="this" checked' in body
    assert "no-store" in page["Cache-Control"]
    answer = provider().post(link(alice, forge["failed"]), {"form": "1", "off": "this"})
    assert "Unsubscribed" in answer.content.decode()
    assert stored(alice) == {("failed", "email"): False}


def test_the_page_does_not_disclose_the_user(forge: Any, alice: Any) -> None:
    turn_on(alice, "failed")
    body = provider().get(link(alice, forge["failed"])).content.decode()
    assert alice.get_username() not in body
    UserPrefs.objects.all().delete()
    assert provider().get(link(alice, forge["failed"])).content.decode() == body


def test_a_category_can_be_turned_off(forge: Any, alice: Any) -> None:
    turn_on(alice, "fixed")
    answer = provider().post(link(alice, forge["failed"]), {"form": "1", "off": "kind"})
    assert "email for everything in “Pipelines”" in answer.content.decode()
    # not the required and the private ones, nor those of the other category
    assert stored(alice) == {("failed", "email"): False, ("fixed", "email"): False}


def test_other_backends_can_be_turned_off(forge: Any, alice: Any) -> None:
    chosen = {"form": "1", "off": ["this", "backend:inbox", "backend:sms", "backend:", "x"]}
    provider().post(link(alice, forge["failed"]), chosen)
    assert stored(alice) == {("failed", "email"): False, ("failed", "inbox"): False}


@pytest.mark.parametrize("off", [[], ["nonsense"], ["backend:sms"]])
def test_a_form_without_choices_changes_nothing(forge: Any, alice: Any, off: Any) -> None:
    answer = provider().post(link(alice, forge["failed"]), {"form": "1", "off": off})
    assert "nothing was selected" in answer.content.decode()
    assert stored(alice) == {}


@pytest.mark.parametrize(
    "extra", [{"notify": "on"}, {"on": "this"}, {"off": "this", "value": "true"}, ONE_CLICK]
)
def test_no_post_turns_anything_on(forge: Any, alice: Any, extra: Any) -> None:
    for name in ("failed", "fixed", "moved", "comment"):
        for body in (extra, {"form": "1", **extra}):
            provider().post(link(alice, forge[name]), body)
    assert True not in stored(alice).values()


def test_required_cells_stay_on(forge: Any, alice: Any) -> None:
    url = link(alice, forge["moved"])
    page = provider().get(url)
    assert page.status_code == 200
    assert "cannot be turned off" in page.content.decode()
    assert 'value="this"' not in page.content.decode()
    assert provider().post(url, ONE_CLICK).status_code == 409
    assert stored(alice) == {}
    # other choices of the page can be turned off
    assert provider().post(url, {"form": "1", "off": "backend:inbox"}).status_code == 200
    assert stored(alice) == {("moved", "inbox"): False}


def test_no_permission_is_needed(forge: Any, alice: Any) -> None:
    forge["failed"].permissions.set(Permission.objects.filter(codename="view_group"))
    get_user_model()._default_manager.filter(pk=alice.pk).update(is_active=False)
    assert provider().post(link(alice, forge["failed"]), ONE_CLICK).status_code == 200
    assert stored(alice) == {("failed", "email"): False}


def test_a_removed_cell_can_be_turned_off(forge: Any, alice: Any) -> None:
    url = link(alice, forge["failed"])
    forge["failed"].cells.all().delete()
    assert provider().post(url, ONE_CLICK).status_code == 200
    assert stored(alice) == {("failed", "email"): False}


def test_disabled_backends_are_no_choices(forge: Any, alice: Any) -> None:
    Backend.objects.filter(name="inbox").update(enabled=False)
    assert "backend:inbox" not in provider().get(link(alice, forge["failed"])).content.decode()


def test_links_survive_a_new_password(forge: Any, alice: Any) -> None:
    url = link(alice, forge["failed"])
    alice.set_password("another")
    alice.save()
    assert provider().post(url, ONE_CLICK).status_code == 200


def test_links_change_only_their_user(forge: Any, alice: Any, bob: Any) -> None:
    client = provider()
    client.force_login(bob)
    client.post(link(alice, forge["failed"]), ONE_CLICK)
    assert stored(alice) == {("failed", "email"): False}
    assert stored(bob) == {}


def bad_links(alice: Any, forge: dict[str, Notification]) -> dict[str, str]:
    about = {"user": alice.pk, "notification": forge["failed"].pk, "backend": "email"}
    good = signed(alice, forge["failed"])
    unknown = uuid4() if "-" in str(alice.pk) else 10**9
    return {
        "nonsense": "nonsense",
        "changed": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "of another use": TimestampSigner(salt="other", sep=".").sign_object([1, 2, "email"]),
        "no key of a user": links.token(**{**about, "user": "no key"}),
        "unknown user": links.token(**{**about, "user": unknown}),
        "unknown notification": links.token(**{**about, "notification": 10**9}),
        "unknown backend": links.token(**{**about, "backend": "fax"}),
        "private": signed(alice, forge["hidden"]),
    }


def test_invalid_links_are_answered_alike(forge: Any, alice: Any) -> None:
    answers = set()
    for token in bad_links(alice, forge).values():
        url = reverse("notifications:unsubscribe", args=[token])
        for response in (provider().get(url), provider().post(url, ONE_CLICK)):
            assert not response.cookies
            answers.add((response.status_code, response.content))
    [(status, body)] = answers
    assert status == 404
    assert b"This link is not valid" in body
    assert UserPrefs.objects.count() == 0


def test_a_setting_limits_the_age_of_links(
    forge: Any, alice: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("django.core.signing.time.time", lambda: 1_000_000_000)
        token = signed(alice, forge["failed"])
    assert links.offer(token).notification.name == "failed"
    settings.NOTIFICATION_MESSAGES = {"UNSUBSCRIBE_MAX_AGE": 365 * 24 * 3600}
    with pytest.raises(UnknownLink):
        links.offer(token)


@pytest.mark.parametrize(
    ("before", "rotated", "revoked"),
    [
        (
            {"SECRET_KEY": "old"},
            {"SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": ["old"]},
            {"SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": []},
        ),
        (
            {"NOTIFICATION_MESSAGES": {"UNSUBSCRIBE_KEYS": ["old"]}},
            {"NOTIFICATION_MESSAGES": {"UNSUBSCRIBE_KEYS": ["new", "old"]}},
            {"NOTIFICATION_MESSAGES": {"UNSUBSCRIBE_KEYS": ["new"]}},
        ),
    ],
)
def test_removing_a_key_revokes_its_links(
    forge: Any, alice: Any, settings: Any, before: Any, rotated: Any, revoked: Any
) -> None:
    def become(state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(settings, name, value)

    become(before)
    token = signed(alice, forge["failed"])
    become(rotated)
    assert links.offer(token).backend.name == "email"
    become(revoked)
    with pytest.raises(UnknownLink):
        links.offer(token)


def test_tokens_of_long_names_fit_into_a_header(db: None, alice: Any) -> None:
    cell: dict[str, Any] = {"日" * 200: OFF}
    token = signed(alice, make_notification("ж" * 200, **cell), "日" * 200)
    assert len(token) < 950
    assert links.offer(token).backend.name == "日" * 200


def test_posts_take_few_statements_at_any_size(
    forge: Any, alice: Any, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for size in (1, 20):
        for number in range(size):
            make_notification(f"{size}-{number}", email=OFF)
        with django_assert_max_num_queries(7):
            provider().post(link(alice, forge["comment"]), {"form": "1", "off": ["this", "kind"]})


def test_the_page_is_translated(forge: Any, alice: Any) -> None:
    with override(None):  # the request activates its language
        page = provider().get(link(alice, forge["failed"]), headers={"Accept-Language": "de"})
    assert "Was möchten Sie abbestellen?" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_concurrent_posts_leave_one_preference(
    transactional_db: None, people: Callable[..., Any]
) -> None:
    alice, notification = people("alice"), make_notification("failed", email=ON)
    url = link(alice, notification)
    answers = run_concurrently(lambda _: provider().post(url, ONE_CLICK).status_code)
    assert set(answers) == {200}
    assert stored(alice) == {("failed", "email"): False}
    again = UserPrefs.objects.all()
    [key] = again.values_list("notification_id", "backend_id")
    assert again.write(subject=alice.pk, values={key: False}) == {key: Outcome.UNCHANGED}


@pytest.mark.django_db(transaction=True)
def test_a_link_of_a_user_deleted_meanwhile_is_unknown(
    transactional_db: None, people: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, notification = people("alice"), make_notification("failed", email=ON)
    token = signed(alice, notification)
    read = links._read  # noqa: SLF001 - the user is deleted right after this

    def then_deleted(token: str) -> Any:
        content = read(token)
        get_user_model()._base_manager.filter(pk=alice.pk).delete()
        return content

    monkeypatch.setattr(links, "_read", then_deleted)
    with pytest.raises(UnknownLink):
        links.unsubscribe(token=token)
