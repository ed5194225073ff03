"""The distributions that are published: their files and their metadata."""

import email
import re
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from project.install.distribution import with_absolute_links
from tests.docs.examples import PAGES

ROOT = Path(__file__).parents[3]
SOURCE = "https://github.com/notification-preferences/notification-preferences"
BLOB, RAW = f"{SOURCE}/blob/main/", f"{SOURCE}/raw/main/"
# Links of Markdown and HTML, in text or at the foot of the page.
LINKS = re.compile(r'\]\(\s*<?([^)\s>]*)|^\[[^\]]+\]:\s*(\S+)|(?:href|src)="([^"]*)"', re.MULTILINE)


def metadata(wheel: Path) -> Message:
    archive = zipfile.ZipFile(wheel)
    [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    return email.message_from_bytes(archive.read(name))


ADVISORIES = {
    "graphql-core": ["3.2.11", "3.3.0", "3.3.1"],  # CVE-2026-75507 and -75508, and those after them
}


def test_advisories_are_below_the_floors(wheel: Path) -> None:
    requirements = [Requirement(text) for text in metadata(wheel).get_all("Requires-Dist", [])]
    floors = {each.name: each.specifier for each in requirements if not each.marker}
    for name, affected in ADVISORIES.items():
        assert [version for version in affected if version in floors[name]] == []


def links(text: str) -> set[str]:
    return {"".join(found) for found in LINKS.findall(text)}


def anchors(text: str) -> set[str]:
    """Return the anchors that a repository's page gives to headings."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_a_wheel_has_the_two_apps_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = {
        path.relative_to(ROOT).as_posix()
        for app in ("notifications", "schema")
        for path in (ROOT / app).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert names == files


@pytest.mark.parametrize(
    "name",
    [
        "notifications/py.typed",
        "notifications/migrations/0001_initial.py",
        "notifications/templates/notifications/preferences.html",
        "notifications/static/notifications/preferences.js",
        "notifications/static/notifications/user.graphql",
        "notifications/locale/de/LC_MESSAGES/django.mo",
        "schema/py.typed",
        "schema/schema.graphql",
    ],
)
def test_a_wheel_has_what_the_apps_need(wheel: Path, name: str) -> None:
    assert name in zipfile.ZipFile(wheel).namelist()


def test_a_source_distribution_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build"]
    subprocess.run([*build, "-t", "sdist", "-d", tmp_path], cwd=ROOT, check=True)
    [archive] = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    unpacked = tmp_path / archive.name.removesuffix(".tar.gz")
    subprocess.run([*build, "-t", "wheel", "-d", tmp_path], cwd=unpacked, check=True)
    [again] = tmp_path.glob("*.whl")
    old, new = zipfile.ZipFile(wheel), zipfile.ZipFile(again)
    assert {n: new.read(n) for n in new.namelist()} == {n: old.read(n) for n in old.namelist()}


def test_the_metadata_has_urls_of_the_project(wheel: Path) -> None:
    urls = dict(entry.split(", ") for entry in metadata(wheel).get_all("Project-URL", []))
    assert set(urls) == {"Source", "Documentation", "Changelog", "Issues", "Security"}
    assert urls["Source"] == SOURCE
    assert all(url.startswith(SOURCE) for url in urls.values())


def test_links_of_the_description_are_absolute(wheel: Path) -> None:
    about = metadata(wheel)
    assert about["Description-Content-Type"] == "text/markdown"
    found = links(str(about.get_payload()))
    assert len(found) == len(links((ROOT / "README.md").read_text(encoding="utf-8")))
    assert [link for link in found if not link.startswith("https://")] == []


def test_links_of_the_description_lead_somewhere(wheel: Path) -> None:
    for link in links(str(metadata(wheel).get_payload())):
        if link.startswith(SOURCE):
            path, _, anchor = link.removeprefix(BLOB).removeprefix(RAW).partition("#")
            assert (ROOT / path).is_file(), link
            assert not anchor or anchor in anchors((ROOT / path).read_text(encoding="utf-8")), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in links(page.read_text(encoding="utf-8")):
        if not link.startswith(("http://", "https://", "mailto:")):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](docs/a.md)", f"[a]({BLOB}docs/a.md)"),
        ("[`a`](docs/a.md#b) [c](d)", f"[`a`]({BLOB}docs/a.md#b) [c]({BLOB}d)"),
        ("[a](#a-b)", f"[a]({BLOB}README.md#a-b)"),
        ("![a](docs/a.png) [b](c)", f"![a]({RAW}docs/a.png) [b]({BLOB}c)"),
        ("[a](https://example.org/#b)", "[a](https://example.org/#b)"),
        ("[a](mailto:a@example.org)", "[a](mailto:a@example.org)"),
        ("`a[0](b)` [a](b)", f"`a[0](b)` [a]({BLOB}b)"),
        ("```python\na[0](b)\n```\n", "```python\na[0](b)\n```\n"),
    ],
)
def test_a_relative_link_leads_to_the_repository(text: str, expected: str) -> None:
    assert with_absolute_links(text, source=SOURCE) == expected
