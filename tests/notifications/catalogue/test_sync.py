"""Sync of catalogues from files, apps and settings."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db.migrations.state import ProjectState

from notifications.backends import BaseBackend
from notifications.catalogue import (
    declared,
    read_file,
    register,
    specs,
    sync,
    sync_after_migrate,
)
from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec
from notifications.errors import InvalidCatalogue
from notifications.models import Backend, Notification, UserPrefs
from notifications.shortcuts import create_notification
from tests.notifications.test_create_notification import BAD_TEXTS

HERE = "tests.notifications.catalogue.test_sync"

CATALOGUE = """
[[backend]]
name = "email"
display_name = "E-mail"

[[backend]]
name = "sms"

[[notification]]
name = "failed"
display_name = "Pipeline failed"
description = "Tells who broke it."
category = "Pipelines"
permissions = ["auth.view_group"]
backends = ["email", "sms"]
default = ["email"]

[[notification]]
name = "moved"
public = false
backends = ["sms"]
required = ["sms"]
"""


class Post(BaseBackend):
    name = "post"
    display_name = "Post"
    description = "By letter."

    def send(self, user: Any, context: Any = None) -> bool:
        return True


class Named(Post):
    name = "named"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.toml"
    path.write_text(CATALOGUE)
    return path


@pytest.fixture
def registry() -> Iterator[None]:
    """Empty registry, which is restored before the database is flushed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(specs, "_registered", [])
        yield


def load(file: Path, *options: str) -> list[str]:
    out = StringIO()
    call_command("load_catalogue", str(file), *options, stdout=out)
    return out.getvalue().splitlines()


def changed(file: Path, before: str, after: str) -> Path:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))
    return file


def mistakes(file: Path) -> list[str]:
    """Load an invalid file, and return its mistakes without the path of the file."""
    with pytest.raises(CommandError) as caught:
        load(file)
    title, *lines = str(caught.value).splitlines()
    assert title == "The catalogue was not loaded:"
    assert not Notification.objects.exists()
    assert not Backend.objects.exists()
    return [line.removeprefix(f"{file}").removeprefix(", ").removeprefix(": ") for line in lines]


def test_file_is_loaded_in_order(db: None, file: Path) -> None:
    assert load(file) == [
        "+ backend email",
        "+ backend sms",
        "+ notification failed",
        "+ notification moved",
        "= 0 unchanged",
    ]
    failed, moved = Notification.objects.all()
    assert (failed.name, failed.display_name, failed.category) == (
        "failed",
        "Pipeline failed",
        "Pipelines",
    )
    assert failed.description == "Tells who broke it."
    assert [permission.codename for permission in failed.permissions.all()] == ["view_group"]
    cells = failed.cells.values_list("backend__name", "required", "default")
    assert list(cells) == [("email", False, True), ("sms", False, False)]
    assert not moved.public
    assert list(moved.cells.values_list("backend__name", "required")) == [("sms", True)]


def test_loading_again_changes_nothing(db: None, file: Path) -> None:
    load(file)
    before = list(Notification.objects.values_list("pk", "updated", "position"))
    assert load(file) == ["= 4 unchanged"]
    assert list(Notification.objects.values_list("pk", "updated", "position")) == before


def test_changed_file_is_reported_as_a_diff(db: None, file: Path) -> None:
    load(file)
    create_notification("own")
    changed(file, 'display_name = "E-mail"', 'display_name = "Mail"')
    changed(file, 'backends = ["email", "sms"]', 'backends = ["email"]')
    changed(file, 'permissions = ["auth.view_group"]', 'permissions = ["auth.add_group"]')
    changed(file, 'default = ["email"]', 'required = ["email"]')
    dry = load(file, "--dry-run")
    assert dry.pop() == "Nothing was written: this was a dry run."
    assert Notification.objects.get(name="failed").cells.count() == 2
    assert (
        dry
        == load(file)
        == [
            "~ backend email: display_name 'E-mail' → 'Mail'",
            (
                "~ notification failed: permissions +auth.add_group -auth.view_group;"
                " backends -sms; required +email; default -email"
            ),
            "! notification own: not in this catalogue; kept",
            "= 2 unchanged",
        ]
    )
    assert list(
        Notification.objects.get(name="failed").cells.values_list("backend__name", "required")
    ) == [("email", True)]


def test_removed_rows_are_kept_with_their_preferences(db: None, file: Path, admin: Any) -> None:
    load(file)
    Notification.objects.get(name="failed").update_user_prefs(admin, {"email": True, "sms": True})
    changed(file, 'backends = ["email", "sms"]', 'backends = ["email"]')
    load(file)
    assert UserPrefs.objects.count() == 2
    file.write_text('[[backend]]\nname = "sms"\n')
    assert load(file) == [
        "! backend email: not in this catalogue; kept",
        "! notification failed: not in this catalogue; kept",
        "! notification moved: not in this catalogue; kept",
        "= 1 unchanged",
    ]
    assert UserPrefs.objects.count() == 2


def test_sync_keeps_enabled_of_backends(db: None, file: Path) -> None:
    load(file)
    Backend.objects.filter(name="sms").update(enabled=False)
    load(file)
    assert not Backend.objects.get(name="sms").enabled


def test_catalogues_keep_their_order_in_any_order_of_syncs(db: None, tmp_path: Path) -> None:
    def catalogue(name: str, *names: str) -> None:
        path = tmp_path / name
        path.write_text("".join(f'[[notification]]\nname = "{name}"\n' for name in names))
        sync(read_file(path))

    def order() -> list[str]:
        return [notification.name for notification in Notification.objects.all()]

    create_notification("own")
    catalogue("first", "a", "b")
    catalogue("second", "x", "y")
    assert order() == ["a", "b", "x", "y", "own"]
    catalogue("first", "b", "new", "a")
    assert order() == ["b", "new", "a", "x", "y", "own"]
    catalogue("second", "y")
    assert order() == ["b", "new", "a", "x", "y", "own"]
    catalogue("third", "own")
    assert order() == ["b", "new", "a", "x", "y", "own"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('name = "sms"', 'nam = "sms"', [("line 6: unknown key 'nam'. Allowed: name, display_name,"
         " description."), "line 6: a backend needs a name."]),
        ('name = "moved"', "name = 3", ["line 18: name must be a string, not 3."]),
        ('name = "moved"', 'name = ""', ["line 18: a notification needs a name."]),
        ('default = ["email"]', 'default = "email"', [("line 9: default must be a list of names,"
         " not 'email'.")]),
        ("public = false", 'public = "no"', ["line 18: public must be true or false, not 'no'."]),
        ('default = ["email"]', 'default = ["post"]', [("line 9: 'failed': default names 'post',"
         " which is not one of its backends. Allowed: email, sms.")]),
        ('backends = ["sms"]', 'backends = ["fax"]', [("line 18: 'moved': there is no backend named"
         " 'fax'. Allowed: email, sms."), ("line 18: 'moved': required names 'sms', which is not"
         " one of its backends. Allowed: fax.")]),
        ("auth.view_group", "auth.nope", [("line 9: 'failed': Permission 'auth.nope' does not"
         " exist. Allowed: app_label.codename.")]),
        ('name = "moved"', 'name = "failed"', [("line 18: 'failed' is already declared in {file},"
         " line 9.")]),
        ('name = "sms"', 'name = "email"', [("line 6: 'email' is already declared in {file},"
         " line 2."),
         "line 9: 'failed': there is no backend named 'sms'. Allowed: email.",
         "line 18: 'moved': there is no backend named 'sms'. Allowed: email."]),
        ("[[backend]]", "[[backends]]", [("unknown table 'backends'. Allowed: [[backend]],"
         " [[notification]].")]),
        ("[[notification]]", "[notification]", [("not valid TOML: Cannot declare ('notification',)"
         " twice (at line 18, column 14).")]),
    ],
)  # fmt: skip
def test_invalid_file_is_reported_with_each_mistake(
    db: None, file: Path, before: str, after: str, expected: list[str]
) -> None:
    assert mistakes(changed(file, before, after)) == [
        line.replace("{file}", str(file)) for line in expected
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("backend = 3", ["'backend' must be written as [[backend]] tables."]),
        ("notification = [3]", ["'notification' must be written as [[notification]] tables."]),
        # tables are counted if no line begins with the header
        ("backend = [{name = 'a'}, {}]", ["backend 2: a backend needs a name."]),
        ("\xff", [("not valid TOML: 'utf-8' codec can't decode byte 0xff in position 0: invalid"
         " start byte.")]),
    ],
)  # fmt: skip
def test_invalid_toml_is_reported(db: None, tmp_path: Path, text: str, expected: list[str]) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_bytes(text.encode("latin-1"))
    assert mistakes(path) == expected


@pytest.mark.parametrize(("text", "mistake"), BAD_TEXTS[:-1])
def test_texts_that_cannot_be_stored_are_mistakes(
    db: None, tmp_path: Path, registry: None, settings: Any, text: str, mistake: str
) -> None:
    register("x" + text, display_name=text, category=text)
    notification = NotificationSpec(text, text, category=text, location="line 4")
    backend = BackendSpec("a" + text, text, location="line 1")
    sources = [declared(), Catalogue((backend,), (notification,))]
    for source in sources:
        with pytest.raises(InvalidCatalogue) as caught:
            sync(source)
        assert any(f": display_name {mistake}" in line for line in caught.value.mistakes)
        assert any(f": category {mistake}" in line for line in caught.value.mistakes)
    settings.NOTIFICATION_BACKENDS = [f"{HERE}.Named"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Named, "display_name", text)
        with pytest.raises(InvalidCatalogue) as caught:
            declared()
    assert caught.value.mistakes == (
        f"NOTIFICATION_BACKENDS, '{HERE}.Named': its display_name {mistake}",
    )
    assert not Notification.objects.exists()


def test_public_must_be_a_boolean(db: None, registry: None) -> None:
    register("letter", public="no")  # type: ignore[arg-type]
    with pytest.raises(InvalidCatalogue, match=r"'letter': public is 'no'\. Allowed: True, False"):
        sync(declared())


def test_file_with_invalid_texts_is_reported(db: None, file: Path) -> None:
    changed(file, "Pipeline failed", "a\\u0000b")
    changed(file, 'name = "moved"', f'name = "{"x" * 201}"')
    assert mistakes(file) == [
        (
            "line 9: 'failed': display_name contains the character U+0000."
            " Allowed: one line of text."
        ),
        f"line 18: '{'x' * 201}': name has 201 characters. Allowed: at most 200.",
    ]


def test_all_mistakes_are_reported_together(db: None, file: Path) -> None:
    changed(file, '["auth.view_group"]', '["auth.nope"]')
    changed(file, 'required = ["sms"]', 'required = ["fax"]')
    assert len(mistakes(file)) == 2


def test_missing_file_is_reported(db: None, tmp_path: Path) -> None:
    assert mistakes(tmp_path / "nowhere.toml") == ["No such file or directory."]


def test_class_owns_the_texts_of_its_backend(db: None, file: Path, settings: Any) -> None:
    settings.NOTIFICATION_BACKENDS = [f"{HERE}.Post"]
    sync(declared())
    changed(file, 'name = "sms"', 'name = "post"')
    changed(file, 'backends = ["email", "sms"]', 'backends = ["email", "post"]')
    changed(file, '["sms"]\nrequired = ["sms"]', '["post"]\nrequired = ["post"]')
    load(file)  # a backend without texts is valid
    post = Backend.objects.get(name="post")
    assert (post.klass, post.display_name, post.description) == (
        f"{HERE}.Post",
        "Post",
        "By letter.",
    )
    changed(file, 'name = "post"', 'name = "post"\ndisplay_name = "Letter"')
    with pytest.raises(CommandError, match=r"line 6: 'post' has its display_name from .*\.Post"):
        load(file)


def test_apps_settings_and_files_are_synced_after_migrate(
    db: None, file: Path, settings: Any, registry: None
) -> None:
    settings.NOTIFICATION_BACKENDS = [f"{HERE}.Post"]
    settings.NOTIFICATION_CATALOGUES = [str(file)]
    register("letter", category="Post", backends=["post"], default=["post"])
    out = StringIO()
    call_command("migrate", stdout=out)
    assert "+ notification letter" in out.getvalue()
    assert [row.name for row in Backend.objects.all()] == ["post", "email", "sms"]
    assert [row.name for row in Notification.objects.all()] == ["letter", "failed", "moved"]
    again = StringIO()
    call_command("migrate", stdout=again)
    assert "catalogue" not in again.getvalue()
    create_notification("own")
    quiet = StringIO()
    call_command("migrate", stdout=quiet, verbosity=0)
    assert quiet.getvalue() == ""


def test_sync_without_declarations_writes_nothing(db: None, registry: None) -> None:
    create_notification("own")
    out = StringIO()
    call_command("migrate", stdout=out)
    assert "own" not in out.getvalue()


def test_invalid_declaration_fails_migrate_with_its_location(db: None, registry: None) -> None:
    register("letter", backends=["pigeon"])
    with pytest.raises(CommandError, match=rf"{HERE}, line \d+: 'letter': there is no backend"):
        call_command("migrate", verbosity=0)


def test_each_invalid_file_is_reported(settings: Any, tmp_path: Path, registry: None) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text("x = 1")
    settings.NOTIFICATION_CATALOGUES = [tmp_path / "one", tmp_path / "two"]
    with pytest.raises(InvalidCatalogue) as caught:
        declared()
    assert len(caught.value.mistakes) == 2


def test_permissions_of_the_last_app_exist(db: None, registry: None) -> None:
    """Django creates an app's permissions after its migrations; the order of apps is undefined."""
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    model = next(iter(last.get_models()))._meta
    of_last = Permission.objects.filter(content_type__app_label=last.label)
    of_last.delete()
    register("audit", permissions=[f"{last.label}.view_{model.model_name}"])
    sync_after_migrate(last, using="default", apps=apps, verbosity=0)
    assert Notification.objects.get().permissions.get() in of_last.all()


def test_tables_of_an_earlier_migration_are_not_synced(db: None, registry: None) -> None:
    """A migration to an earlier state, as `migrate notifications 0001`, is not synced."""
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    state = ProjectState.from_apps(apps)
    state.remove_field("notifications", "backend", "position")
    register("audit")
    sync_after_migrate(last, using="default", apps=state.apps, verbosity=0)
    assert not Notification.objects.exists()


def test_migrations_can_be_reversed(transactional_db: None, registry: None) -> None:
    """The sync after `migrate notifications zero` does not read the dropped tables."""
    register("audit")
    try:
        call_command("migrate", "notifications", "zero", verbosity=0)
        Group.objects.create(name="reviewers")  # no trigger refers to a dropped table
    finally:
        call_command("migrate", verbosity=0)
    assert Notification.objects.get().name == "audit"


def test_catalogue_of_the_demo_is_valid(db: None) -> None:
    path = Path("project/demo/forge.toml")
    assert len(load(path)) == 26
    assert load(path) == ["= 25 unchanged"]


def test_file_without_texts_keeps_those_of_administrators(db: None, file: Path) -> None:
    load(file)
    Backend.objects.filter(name="sms").update(display_name="Text message")
    load(file)
    assert Backend.objects.get(name="sms").display_name == "Text message"
