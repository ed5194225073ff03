"""Other packages and modules with the import names of this distribution.

Python imports the first package or module of a name that it finds, and distributions with packages
of one name overwrite each other's files.
"""

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

DISTRIBUTION = "notification-preferences"
NAMES = ("notifications", "schema")
REINSTALL = (
    "Uninstall the other one, and then run"
    f" 'pip install --force-reinstall --no-deps {DISTRIBUTION}'."
)
# A file of Python in RECORD, or the name itself in top_level.txt.
_LISTED = re.compile(rf"^({'|'.join(NAMES)})(?:(?:/[^,\n]*)?\.py,|$)", re.MULTILINE)


def other_distributions() -> dict[str, list[str]]:
    """Return the other installed distributions that have one of the import names, by that name."""
    found: dict[str, set[str]] = {name: set() for name in NAMES}
    for installed in distributions():
        if names := set(_LISTED.findall(_listing(installed))):
            title = str(installed.metadata["Name"])
            if re.sub(r"[-_.]+", "-", title).lower() != DISTRIBUTION:
                for name in names:
                    found[name].add(title)
    return {name: sorted(titles) for name, titles in found.items() if titles}


def _listing(installed: Distribution) -> str:
    """Return the list of a distribution's files or, without it, of its import names."""
    return installed.read_text("RECORD") or installed.read_text("top_level.txt") or ""


def mixed(name: str, others: list[str]) -> str:
    """Return a sentence about several distributions with a package of this name."""
    return (
        f"{' and '.join((*others, DISTRIBUTION))} install packages of the same name {name!r}: they"
        " overwrite each other's files, and only one can be imported."
    )


def require_own_app(config: Any) -> None:
    """Raise ImproperlyConfigured if another distribution has overwritten the app `notifications`.

    `config` is its AppConfig, None if it is not installed.
    """
    if config is None or getattr(config, "distribution", "") == DISTRIBUTION:
        return
    others = other_distributions().get("notifications", ["another distribution"])
    raise ImproperlyConfigured(f"{mixed('notifications', others)} {REINSTALL}")


def foreign_schema(config: Any) -> str:
    """Return a sentence if the app `schema` is another project's; empty if it is ours or absent."""
    if config is None or config.name != "schema":
        return ""
    folders = [Path(folder).resolve() for folder in getattr(config.module, "__path__", ())]
    if Path(__file__).resolve().parents[1] / "schema" in folders:
        return ""
    path = getattr(config.module, "__file__", None) or config.path
    return (
        f"INSTALLED_APPS names 'schema', which is imported from {path} and is not the GraphQL API"
        f" of {DISTRIBUTION}."
    )
