"""Examples of the documentation: blocks of code in Markdown, and comments that say how they run.

Examples of a page run in their order, with the database of the demo, and with one namespace in
which alice, bob and charlie are users of the demo:

- `python` is executed, and strings with paths of modules of this project are imported;
- `pycon` is a doctest;
- `graphql` is sent to /graphql/ as alice, and a `json` block after it is the answer, in which
  the string "…" stands for any value;
- `toml` is loaded as a catalogue;
- `console` calls commands of manage.py in this process, and their output contains the lines below
  the command; targets of `make` and extras of `pip install` must exist.

A comment changes that for the next block:

- `<!-- user: bob -->` sends this query and those after it as another user of the demo;
- `<!-- variables: {"name": "value"} -->` sends a query with variables;
- `<!-- setup: CODE -->` executes Python that the page does not show;
- `<!-- run by tests/….py -->` names the test module that runs the block, and
  `<!-- all run by tests/….py -->` the one that runs all blocks of the page;
- `<!-- not run: REASON -->` is for a block that no test can run.

`text` is no example. Blocks in other languages need one of the last three comments.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")) if "_build" not in path.parts
)
RUN = frozenset({"console", "graphql", "json", "pycon", "python", "toml"})
"""Languages that are run by this convention, without a comment."""

_COMMENT = r"<!-- (?P<key>user|variables|setup|all run by|run by|not run):? (?P<value>.*?)\s*-->"
_FENCE = r"^(?P<indent> *)```(?P<language>[\w+-]+)\n(?P<code>.*?)^ *```$"
_PART = re.compile(f"{_COMMENT}|{_FENCE}", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A block of code, with its line in the page and the comments before it."""

    page: Path
    line: int
    language: str
    code: str
    comments: dict[str, str]

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def run_by(self) -> str:
        """The test module that runs the block; empty if it is run by the convention."""
        return self.comments.get("run by", "")

    @property
    def is_run_here(self) -> bool:
        return self.language in RUN and not self.run_by and "not run" not in self.comments


def examples(page: Path) -> Iterator[Example]:
    """Yield the examples of a page in their order."""
    text = page.read_text(encoding="utf-8")
    parts = list(_PART.finditer(text))
    module = [part["value"] for part in parts if part["key"] == "all run by"]
    of_page = {"run by": module[0]} if module else {}
    comments: dict[str, str] = {}
    for part in parts:
        if part["key"]:
            comments[part["key"]] = part["value"]
        elif part["language"] != "text":
            line = text.count("\n", 0, part.start()) + 1
            code = re.sub(rf"^{part['indent']}", "", part["code"], flags=re.MULTILINE)
            yield Example(page, line, part["language"], code, {**of_page, **comments})
            comments = {}
