"""A fresh virtual environment, into which `pip install` works as from a package index.

This environment takes the place of the index. The packages that the wheel requires, and no others,
are linked into the fresh environment: at the versions of the lock, and without a network.
"""

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterable
from email import message_from_bytes
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

NAME = "notification-preferences"


def make(folder: Path) -> Path:
    """Make the environment without any package; return its folder of programs."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder / "bin"


def install(programs: Path, requirement: str, wheel: Path) -> None:
    """Do what `pip install` does for `requirement`, such as `notification-preferences[tasks]`.

    uv resolves the requirements of the wheel: one that is missing in its metadata is missing here.
    """
    wanted = Requirement(requirement)
    python = str(programs / "python")
    needed = _metadata(wheel) if wanted.name == NAME else [requirement]
    for name in sorted(_needed(needed, wanted.extras)):
        _link(name, programs.parent)
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-index"]
    if wanted.name == NAME:
        extras = f"[{','.join(wanted.extras)}]" if wanted.extras else ""
        requirement = f"{NAME}{extras} @ {wheel.as_uri()}"
    subprocess.run([*command, "--python", python, requirement], check=True)


def site_packages(environment: Path) -> Path:
    return Path(
        sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)})
    )


def _metadata(wheel: Path) -> list[str]:
    archive = zipfile.ZipFile(wheel)
    [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    return message_from_bytes(archive.read(name)).get_all("Requires-Dist", [])


def _needed(requirements: Iterable[str], extras: Iterable[str]) -> set[str]:
    """Return the names of the distributions that these require, and those that they require."""
    found: set[str] = set()
    for each in map(Requirement, requirements):
        environments = [{"extra": extra} for extra in ("", *extras)]
        if each.marker is None or any(map(each.marker.evaluate, environments)):
            found |= {each.name, *_needed(distribution(each.name).requires or (), each.extras)}
    return found


def _link(name: str, environment: Path) -> None:
    """Link the packages of a distribution; copy its metadata, which uv finds in real folders."""
    target = site_packages(environment)
    for path in {Path(file.parts[0]) for file in distribution(name).files or ()}:
        source = Path(str(distribution(name).locate_file(path)))
        if (target / path).exists() or str(path) in {"..", "__pycache__"}:
            continue
        if path.suffix == ".dist-info":
            shutil.copytree(source, target / path)
        else:
            (target / path).symlink_to(source)
