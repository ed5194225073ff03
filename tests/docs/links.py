"""Check of the links of the built site, without the network.

python -m tests.docs.links [FOLDER]    reports links and images of FOLDER that lead nowhere

Sphinx reports links of the Markdown; this covers what templates, autodoc and raw HTML add to it.
"""

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

BUILT = Path(__file__).parents[2] / "docs" / "_build" / "html"


class Page(HTMLParser):
    """IDs and relative links of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            if name in {"href", "src"} and value and not urlsplit(value).scheme:
                self.links.append(value)


def broken_links(folder: Path) -> Iterator[str]:
    """Yield a message for each relative link whose file or ID does not exist."""
    pages = {path.resolve(): Page(path) for path in folder.rglob("*.html")}
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            missing_anchor = target in pages and anchor and anchor not in pages[target].ids
            if not target.exists() or missing_anchor:
                yield f"{path.relative_to(folder.resolve())}: {link}"


if __name__ == "__main__":
    found = list(broken_links(Path(sys.argv[1]) if sys.argv[1:] else BUILT))
    print("\n".join(found) or "All links of the site lead somewhere.")
    sys.exit(bool(found))
