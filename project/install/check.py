"""Check that an environment has the packages of a lock and all of their requirements.

python -m project.install.check LOCK    with the environment's Python

Unlike `pip check`, follows extras: a package that requires `coverage[toml]` requires what this
extra of coverage requires.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement


def locked(lock: Path) -> list[Requirement]:
    """Return the packages of a lock for this platform and this Python."""
    text = re.sub(
        r"\\\n|\s--hash=\S+|^#.*", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    entries = [Requirement(line) for line in text.splitlines() if line.strip()]
    return [each for each in entries if not each.marker or each.marker.evaluate()]


def problems(requirements: Iterable[Requirement]) -> Iterator[str]:
    """Yield a sentence for each requirement that is not met, directly or by a dependency."""
    waiting = [("The lock", each) for each in requirements]
    done = set()
    while waiting:
        parent, requirement = waiting.pop()
        if (parent, str(requirement)) in done:
            continue
        done.add((parent, str(requirement)))
        try:
            found = distribution(requirement.name)
        except PackageNotFoundError:
            yield f"{parent} requires {requirement}, which is not installed."
            continue
        if not requirement.specifier.contains(found.version, prereleases=True):
            yield f"{parent} requires {requirement}, but {found.version} is installed."
        for extra in ("", *sorted(requirement.extras)):
            name = f"{requirement.name}[{extra}]" if extra else requirement.name
            waiting += ((name, each) for each in _required(found.requires or [], extra))


def _required(requires: Iterable[str], extra: str) -> Iterator[Requirement]:
    for each in map(Requirement, requires):
        if not each.marker or each.marker.evaluate({"extra": extra}):
            yield each


def main(lock: str) -> int:
    found = sorted(problems(locked(Path(lock))))
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
