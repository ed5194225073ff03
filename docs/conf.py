"""Configuration of Sphinx. `make docs` builds the site into docs/_build/html, offline."""

import os
import posixpath
import re
import shutil
import sys
import tomllib
from pathlib import Path

import django
from sphinx.application import Sphinx
from sphinx.util import logging

DOCS = Path(__file__).parent
ROOT = DOCS.parent
METADATA = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCE = METADATA["urls"]["Source"]

# autodoc imports modules of Django apps.
sys.path[:0] = [str(ROOT), str(DOCS / "_ext")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

project = "Notification preferences"
author = "The contributors"
version = release = METADATA["version"]
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "graphql_reference"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = project
html_extra_path = ["llms.txt"]
html_copy_source = False
html_theme_options = {
    "source_repository": SOURCE,
    "source_branch": "main",
    "source_directory": "docs/",
}

# Headings have the ids that GitHub gives them, so that a link works in both places.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]

# Docstrings put code in single backticks.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
# Inventories of other projects would be downloaded; their objects have no page here.
nitpick_ignore_regex = [(r"py:.*", r".*")]

LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)


def link_to_repository(app: Sphinx, docname: str, content: list[str]) -> None:
    """Make links to files outside of docs/ absolute, and warn of files that do not exist."""

    def absolute(link: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(docname), link[1]))
        if not ROOT.joinpath(path).exists():
            logging.getLogger(__name__).warning("%s does not exist", link[1], location=docname)
        if path.startswith("docs/"):
            return link[0]
        return f"{SOURCE}/blob/main/{path}{link[2] or ''}"

    parts = CODE.split(content[0])  # every second one is code
    parts[::2] = [LINK.sub(absolute, part) for part in parts[::2]]
    content[0] = "".join(parts)


def copy_markdown(app: Sphinx, exception: Exception | None) -> None:
    """Copy the pages as Markdown beside the built ones: llms.txt links to them."""
    if exception is None:
        for docname in app.env.found_docs:
            shutil.copyfile(app.env.doc2path(docname), Path(app.outdir, f"{docname}.md"))


def setup(app: Sphinx) -> None:
    app.connect("source-read", link_to_repository)
    app.connect("build-finished", copy_markdown)
