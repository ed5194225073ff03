"""Installers of a lock: uv, or pip where uv is not available."""

import ast
import os
from collections.abc import Mapping
from pathlib import Path

from project.install.progress import run

ROOT = Path(__file__).parents[2]

UV = Path(__file__).with_name("requirements.txt")
"""The lock of uv itself, which pip installs."""

LOCKED = ["--no-deps", "--require-hashes"]

VERSIONS = ("CONSTRAINT", "OVERRIDE", "EXCLUDE")
"""Variables of uv (UV_…) that change or refuse versions. Only the lock decides about versions."""

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "index-url": ("UV_DEFAULT_INDEX", "UV_INDEX_URL"),
    "extra-index-url": ("UV_INDEX", "UV_EXTRA_INDEX_URL"),
    "find-links": ("UV_FIND_LINKS",),
    "no-index": ("UV_NO_INDEX",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "timeout": ("UV_HTTP_TIMEOUT",),
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("ALL_PROXY",),
}
"""Options of pip, and the variable that tells uv the value, unless one of the variables is set."""


def install(python: str, lock: Path) -> str:
    """Install each package of the lock beside `python`, and check. Return why that failed, or ''.

    pip runs if uv fails: there may be no uv for this platform, a package without a wheel, or a
    package index that only pip can reach.
    """
    wheels = ["--only-binary", ":all:"]
    failure = _run([*_pip(python), *wheels, "-r", str(UV)], _pip_environment())
    if not failure:
        environment = uv_environment(_pip_options(python), os.environ)
        failure = _run([*_uv(python), *wheels, "-r", str(lock)], environment)
    if failure and (again := _run([*_pip(python), "-r", str(lock)], _pip_environment())):
        return f"{failure}\n{again}"
    done = run([python, "-m", "project.install.check", str(lock.resolve())], cwd=ROOT)
    return done.stdout if done.returncode else ""


def _pip(python: str) -> list[str]:
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *LOCKED]


def _uv(python: str) -> list[str]:
    command = [python, "-m", "uv", "pip", "install", "--quiet", "--python", python, *LOCKED]
    # Search all indexes, as pip does. The hashes identify the file.
    return [*command, "--index-strategy", "unsafe-best-match"]


def _pip_environment() -> dict[str, str]:
    """Return the environment without constraints, which could contradict the lock."""
    return {**os.environ, "PIP_CONSTRAINT": os.devnull, "PIP_USER": "0"}


def uv_environment(pip: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for uv, with the options that pip is configured with."""
    found = {"UV_SYSTEM_CERTS": "true", **environment}
    for name in VERSIONS:
        found.pop(f"UV_{name}", None)
    for option, variables in OPTIONS.items():
        value = pip.get(option) or pip.get(f"default-{option}")
        if value and not any(variable in found for variable in variables):
            found[variables[0]] = _translated(option, value)
    return found


def _translated(option: str, value: str) -> str:
    if option != "find-links":
        return " ".join(value.split())
    # uv refuses folders that do not exist; pip ignores them.
    return ",".join(each for each in value.split() if "://" in each or Path(each).exists())


def _pip_options(python: str) -> dict[str, str]:
    """Return what pip is configured with: files first, then variables, which override them."""
    done = run([python, "-m", "pip", "config", "list"])
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in done.stdout.splitlines():
        key, _, value = line.partition("=")
        section, _, option = key.rpartition(".")
        if section in found:
            found[section][option] = ast.literal_eval(value)
    return {**found["global"], **found["install"], **found[":env:"]}


def _run(command: list[str], environment: Mapping[str, str]) -> str:
    """Run an installer. Return its output if it fails, or ''."""
    done = run(command, env=environment)
    return f"{command[2]}: {done.stdout}".rstrip() if done.returncode else ""
