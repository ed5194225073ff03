"""Other packages and modules named `notifications` or `schema` are found and named."""

from pathlib import Path

import pytest

from tests.project.host import SCHEMA_URLS, SETTINGS, URLS, WITH_SCHEMA, Host

APP = """
from django.apps import AppConfig
class Config(AppConfig):
    name = "{name}"
"""
REINSTALL = "pip install --force-reinstall --no-deps notification-preferences"


@pytest.fixture
def host(wheel: Path, tmp_path: Path) -> Host:
    """A project with both apps and their URLs."""
    return Host(tmp_path, wheel, settings=SETTINGS + WITH_SCHEMA, urls=URLS + SCHEMA_URLS)


@pytest.fixture
def without_graphql(wheel: Path, tmp_path: Path) -> Host:
    return Host(tmp_path, wheel, settings=SETTINGS, urls=URLS)


def write(folder: Path, **files: str) -> None:
    """Write files by their path: dots are slashes, and every file is one of Python."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".py")
        path = path.with_name("__init__.py") if path.stem == "init" else path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def install(host: Host, distribution: str, **files: str) -> None:
    """Install a distribution over what is there, as pip does."""
    write(host.site, **files)
    folder = host.site / f"{distribution.replace('-', '_')}-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    names = [path.replace("__", "/").replace("/init", "/__init__") for path in files]
    (folder / "RECORD").write_text("".join(f"{name}.py,,\n" for name in names))


def last_line(errors: str) -> str:
    return errors.strip().splitlines()[-1]


def test_the_project_alone_has_no_clash(host: Host) -> None:
    assert host.check() == ""


@pytest.mark.parametrize("file", ["schema", "schema__init"])
def test_a_schema_beside_manage_py(host: Host, file: str) -> None:
    write(host.folder, **{file: ""})
    error = last_line(host.check())
    assert error.startswith("django.core.exceptions.ImproperlyConfigured: INSTALLED_APPS names")
    assert str(host.folder / "schema") in error
    assert "Rename that file" in error


def test_an_app_of_ones_own_called_schema(host: Host) -> None:
    write(host.folder, schema__init="", schema__apps=APP.format(name="schema"))
    (host.folder / "host" / "urls.py").write_text(URLS)
    errors = host.check()
    assert "(notifications.W012) INSTALLED_APPS names 'schema'" in errors
    assert str(host.folder / "schema") in errors


@pytest.mark.parametrize("file", ["schema", "schema__init"])
def test_a_schema_of_ones_own_without_graphql(without_graphql: Host, file: str) -> None:
    write(without_graphql.folder, **{file: ""})
    assert without_graphql.check() == ""


@pytest.mark.parametrize("file", ["notifications", "notifications__init"])
def test_notifications_beside_manage_py(host: Host, file: str) -> None:
    write(host.folder, **{file: ""})
    error = last_line(host.check())
    assert "ImproperlyConfigured: 'notifications' is imported from" in error
    assert str(host.folder / "notifications") in error


def test_folders_without_code_are_no_clash(host: Host) -> None:
    (host.folder / "notifications").mkdir()
    (host.folder / "schema").mkdir()
    assert host.check() == ""


@pytest.mark.parametrize(
    ("distribution", "files"),
    [
        ("schema", {"schema__init": ""}),
        ("Schema", {"schema": ""}),
        ("django-notifications-hq", {"notifications__signals": ""}),
    ],
)
def test_another_distribution_of_the_name(
    host: Host, distribution: str, files: dict[str, str]
) -> None:
    install(host, distribution, **files)
    errors = host.check()
    name = next(iter(files)).split("__", maxsplit=1)[0]
    assert "(notifications.E010)" in errors
    assert f"{distribution} and notification-preferences install" in errors
    assert f"the same name {name!r}" in errors
    assert REINSTALL in errors


def test_data_in_a_folder_of_the_name_is_no_clash(host: Host) -> None:
    install(host, "data-of-others")
    record = host.site / "data_of_others-1.0.dist-info" / "RECORD"
    record.write_text("schema/data.json,,\nschema/data.py.txt,,\n")
    assert host.check() == ""


def test_a_distribution_of_an_old_format(host: Host) -> None:
    install(host, "old")
    folder = host.site / "old-1.0.dist-info"
    (folder / "RECORD").unlink()
    (folder / "top_level.txt").write_text("other\nschema\n")
    assert "old and notification-preferences install" in host.check()


@pytest.mark.parametrize("kind", ["host", "without_graphql"])
def test_another_distribution_that_overwrote_the_app(
    kind: str, request: pytest.FixtureRequest
) -> None:
    host = request.getfixturevalue(kind)
    app = {"notifications__apps": APP.format(name="notifications")}
    install(host, "django-notifications-hq", notifications__init="", **app)
    error = last_line(host.check())
    assert "ImproperlyConfigured: django-notifications-hq and notification-preferences" in error
    assert REINSTALL in error


@pytest.mark.parametrize("file", ["schema_tools__init", "notifications_extra", "shop__schema"])
def test_similar_names_are_no_clash(host: Host, file: str) -> None:
    install(host, "schema-tools", **{file: ""})
    assert host.check() == ""


def test_an_app_overwritten_by_hand(host: Host) -> None:
    write(host.site, notifications__apps=APP.format(name="notifications"))
    assert "another distribution and notification-preferences" in last_line(host.check())


def test_graphql_needs_the_domain(wheel: Path, tmp_path: Path) -> None:
    settings = SETTINGS.replace('"notifications"', '"schema"')
    host = Host(tmp_path, wheel, settings=settings, urls=URLS)
    error = last_line(host.check())
    assert error.endswith("'schema' needs 'notifications' in INSTALLED_APPS.")
