"""docs/llms.txt lists each page of the documentation."""

import re

from tests.docs.examples import PAGES, ROOT

DOCS = ROOT / "docs"


def test_each_page_is_listed_once() -> None:
    listed = re.findall(
        r"^- \[.+\]\((.+)\): .+$", DOCS.joinpath("llms.txt").read_text(), re.MULTILINE
    )
    pages = [page.relative_to(DOCS).as_posix() for page in PAGES if page.is_relative_to(DOCS)]
    assert sorted(listed) == [page for page in sorted(pages) if not page.endswith("index.md")]
