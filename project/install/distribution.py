"""Hatchling's hook that makes README.md the description of the distribution.

A package index shows the description far from the repository, and renders headings without ids.
Links to files, headings and images lead to the repository, which `Source` of [project.urls] names.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(?<=\]\()(?![a-z]+:)([^)\s]*)(?=\))")
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)


def with_absolute_links(text: str, *, source: str) -> str:
    """Return the Markdown with its relative links made absolute; code is left as it is."""

    def absolute(link: re.Match[str]) -> str:
        path = link[0] if not link[0].startswith("#") else f"README.md{link[0]}"
        return f"{source}/blob/main/{path}"

    parts = CODE.split(text)  # every second one is code
    parts[::2] = [LINK.sub(absolute, part) for part in parts[::2]]
    image = rf"(!\[[^\]]*\]\({re.escape(source)})/blob/"
    return re.sub(image, r"\1/raw/", "".join(parts))


class Description(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = with_absolute_links(text, source=metadata["urls"]["Source"])
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
