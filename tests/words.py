"""Check of names and docstrings against the vocabulary of the project, part of `make lint`.

python -m tests.words [PATH ...]    reports each violation in these files and folders

A docstring begins with a verb or a noun. A name is the field's own term; CONTRIBUTING.md has the
list of words that are not used.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("notifications", "schema", "project", "tests", "docs/conf.py", "docs/_ext")
EXCLUDED = {"data", "migrations", "node_modules"}

BEGINNING = re.compile(
    r"(What|Whatever|Who|Whoever|Whose|Whether|Why|Where|Wherever|How|However|Says?)\b"
)
WORDS = frozenset(
    [
        "asked",
        "desk",
        "drawn",
        "facts",
        "joined",
        "look",
        "minds",
        "opinion",
        "opinions",
        "said",
        "seen",
        "shift",
        "shown",
        "somebody",
        "told",
        "whatever",
        "whoever",
        "whose",
        "wish",
        "wishes",
    ]
)
"""Words that no name contains."""

PART = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def violations(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from _of_name(1, path.stem)
    for node in ast.walk(tree):
        for line, name in _names(node):
            yield from _of_name(line, name)
        for line, text in _docstrings(node):
            if found := BEGINNING.match(text.lstrip()):
                yield f"{line}: a docstring begins with {found[0]!r}"


def _of_name(line: int, name: str) -> Iterator[str]:
    for word in sorted(WORDS & {part.lower() for part in PART.findall(name)}):
        yield f"{line}: {name} contains {word!r}"


def _names(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the names that a node defines. Names that it uses are defined elsewhere."""
    if isinstance(node, Definition):
        yield node.lineno, node.name
    elif isinstance(node, ast.arg):
        yield node.lineno, node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.lineno, node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.lineno, node.attr


def _docstrings(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield strings that stand alone: docstrings, and those below an assignment."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant):
            yield each.lineno, str(each.value.value)


def files(paths: list[str]) -> Iterator[Path]:
    for path in map(ROOT.joinpath, paths or FOLDERS):
        found = path.rglob("*.py") if path.is_dir() else [path]
        yield from sorted(each for each in found if not EXCLUDED & {*each.parts})


if __name__ == "__main__":
    messages = [
        f"{path.relative_to(ROOT)}:{message}"
        for path in files(sys.argv[1:])
        for message in violations(path)
    ]
    print("\n".join(messages) or "All names and docstrings use the vocabulary.")
    sys.exit(bool(messages))
