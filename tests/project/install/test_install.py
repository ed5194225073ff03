"""Installing resolves nothing: the locked packages are installed, whatever else is released."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Callable
from hashlib import sha256
from json import loads
from pathlib import Path

import pytest
from pip._vendor.packaging.requirements import Requirement

from project.install import check, installers

ROOT = Path(__file__).parents[3]
LOCKS = ["project", "project/graphiql", "project/install", "tests"]
PYPROJECT = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8"))

Make = Callable[[str], subprocess.CompletedProcess[str]]


def build_wheel(folder: Path, name: str, version: str, metadata: str = "") -> str:
    """Write a wheel of a module with a version, and return its line in a lock."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"version = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(file, text)
    return f"{name}=={version} --hash=sha256:{sha256(path.read_bytes()).hexdigest()}"


@pytest.fixture
def wheels(tmp_path: Path) -> dict[str, str]:
    """Lines of a lock, by name and version, for a folder in which newer releases lie, too."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    extra = "Provides-Extra: toml\nRequires-Dist: tomlish; extra == 'toml'\n"
    return {
        "cover 1": build_wheel(folder, "cover", "1.0", extra).replace("cover==", "cover[toml]=="),
        "cover 2": build_wheel(folder, "cover", "2.0", extra).replace("cover==", "cover[toml]=="),
        "plugin": build_wheel(folder, "plugin", "1.0", "Requires-Dist: cover[toml]>=1.0\n"),
        "tomlish 1": build_wheel(folder, "tomlish", "1.0"),
        "tomlish 2": build_wheel(folder, "tomlish", "2.0"),
    }


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    environment = tmp_path_factory.mktemp("environment") / "empty"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    return environment


@pytest.fixture
def environment(empty: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """An environment with uv, or one for which there is no uv, in a path of its own."""
    environment = tmp_path / "environment"
    shutil.copytree(empty, environment, symlinks=True)
    if getattr(request, "param", "uv") == "uv":
        site = Path(sysconfig.get_path("purelib"))
        [packages] = environment.glob("lib/python*/site-packages")
        for path in (site / "uv", *site.glob("uv-*.dist-info")):
            packages.joinpath(path.name).symlink_to(path)
        name = "bin/uv"
        environment.joinpath(name).symlink_to(Path(sysconfig.get_path("scripts"), "uv"))
    return environment


@pytest.fixture
def make(environment: Path, wheels: dict[str, str], tmp_path: Path) -> Make:
    """`make("plugin, cover 1")` installs a lock of these lines, as `make test` does its own."""
    lock = tmp_path / "lock.txt"
    outer = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "wheels")}

    def make(names: str) -> subprocess.CompletedProcess[str]:
        lock.write_text("".join(f"{wheels[name]}\n" for name in names.split(", ")))
        variables = [f"VENV={environment}", f"DEV_LOCK={lock}", f"PYTHON3={sys.executable}"]
        return subprocess.run(
            ["make", "--no-print-directory", "-C", str(ROOT), *variables, f"{environment}/.dev"],  # noqa: S607
            env={**outer, **offline, "UV_OFFLINE": "1"},
            check=False,
            capture_output=True,
            text=True,
        )

    return make


def version(environment: Path, name: str) -> str:
    command = [str(environment / "bin" / "python"), "-c", f"import {name}; print({name}.version)"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.mark.parametrize("environment", ["uv", "pip"], indirect=True)
def test_the_locked_release_is_installed(
    make: Make, environment: Path, request: pytest.FixtureRequest
) -> None:
    done = make("plugin, cover 1, tomlish 1")
    assert done.returncode == 0, done.stderr
    [installer] = environment.glob("lib/python*/site-packages/cover-1.0.dist-info/INSTALLER")
    assert installer.read_text().strip() in request.node.callspec.id
    assert (version(environment, "cover"), version(environment, "tomlish")) == ("1.0", "1.0")


@pytest.mark.parametrize("environment", ["uv", "pip"], indirect=True)
def test_a_dependency_of_an_extra_is_reported(make: Make, environment: Path) -> None:
    done = make("plugin, cover 1")
    assert done.returncode
    assert "cover[toml] requires tomlish" in done.stderr
    assert "which is not installed." in done.stderr
    assert not list(environment.glob("lib/python*/site-packages/tomlish*"))
    assert make("plugin, cover 1").returncode, "An incomplete environment counts as installed."
    assert make("plugin, cover 1, tomlish 1").returncode == 0


def test_another_lock_replaces_the_first(make: Make, environment: Path) -> None:
    for number in ("1", "2", "1"):
        assert make(f"plugin, cover {number}, tomlish {number}").returncode == 0
        assert version(environment, "cover") == f"{number}.0"


def test_an_installed_lock_is_left_alone(make: Make, environment: Path, tmp_path: Path) -> None:
    assert make("cover 1, tomlish 1").returncode == 0
    shutil.rmtree(tmp_path / "wheels")
    done = make("cover 1, tomlish 1")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_file_that_was_replaced_is_refused(make: Make, environment: Path, tmp_path: Path) -> None:
    build_wheel(tmp_path / "wheels", "cover", "1.0", "Summary: replaced\n")
    done = make("cover 1, tomlish 1")
    assert done.returncode
    assert "hash" in done.stderr.lower()
    assert not list(environment.glob("lib/python*/site-packages/cover.py"))


@pytest.mark.parametrize("environment", ["pip"], indirect=True)
def test_an_incomplete_environment_is_made_anew(make: Make, environment: Path) -> None:
    for path in environment.glob("lib/python*/site-packages/pip"):
        shutil.rmtree(path)
    assert make("cover 1, tomlish 1").returncode == 0
    assert version(environment, "cover") == "1.0"


@pytest.mark.parametrize("environment", ["uv", "pip"], indirect=True)
def test_a_constraint_changes_nothing(
    make: Make, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("cover>=2\n")
    for installer in ("PIP", "UV"):
        monkeypatch.setenv(f"{installer}_CONSTRAINT", str(constraints))
    assert make("cover 1, tomlish 1").returncode == 0


@pytest.mark.parametrize(
    ("pip", "given", "expected"),
    [
        ({"index-url": "https://a/simple"}, {}, {"UV_DEFAULT_INDEX": "https://a/simple"}),
        ({"index-url": "https://a/"}, {"UV_INDEX_URL": "https://b/"}, {}),
        ({"extra-index-url": "https://a/\nhttps://b/"}, {}, {"UV_INDEX": "https://a/ https://b/"}),
        ({"find-links": f"{ROOT} /absent"}, {}, {"UV_FIND_LINKS": str(ROOT)}),
        ({"no-index": "1"}, {}, {"UV_NO_INDEX": "1"}),
        ({"no-index": "true"}, {}, {"UV_NO_INDEX": "true"}),
        ({"trusted-host": "a b"}, {}, {"UV_INSECURE_HOST": "a b"}),
        ({"default-timeout": "180"}, {}, {"UV_HTTP_TIMEOUT": "180"}),
        ({"cert": "/etc/ca.pem"}, {}, {"SSL_CERT_FILE": "/etc/ca.pem"}),
        ({"cert": "/etc/ca.pem"}, {"SSL_CERT_FILE": "/b"}, {}),
        ({"proxy": "http://a:3128"}, {}, {"ALL_PROXY": "http://a:3128"}),
        ({}, {"UV_CONSTRAINT": "/c", "UV_OVERRIDE": "/o"}, {}),
        ({"constraint": "/c", "quiet": "1"}, {}, {}),
    ],
)
def test_uv_finds_packages_where_pip_does(
    pip: dict[str, str], given: dict[str, str], expected: dict[str, str]
) -> None:
    found = installers.uv_environment(pip, given)
    kept = {name: value for name, value in given.items() if name[3:] not in installers.VERSIONS}
    assert found == {"UV_SYSTEM_CERTS": "true", **kept, **expected}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_addresses(lock: str) -> None:
    text = ROOT.joinpath(lock, "requirements.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?://|^-", text, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all(re.match(r"\S+==\S+.*\\\n +--hash=sha256:", entry) for entry in entries)


@pytest.mark.parametrize(
    ("lock", "groups"),
    [("project/requirements.txt", []), ("tests/requirements.txt", ["dev", "installer"])],
)
def test_a_lock_is_complete_with_its_extras(lock: str, groups: list[str]) -> None:
    project, extras = PYPROJECT["project"], PYPROJECT["project"]["optional-dependencies"]
    wanted = [*project["dependencies"], *(each for extra in extras.values() for each in extra)]
    for group in groups:
        wanted += (each for each in PYPROJECT["dependency-groups"][group] if isinstance(each, str))
    locked = {each.name: each for each in check.locked(ROOT / lock)}
    for requirement in map(Requirement, wanted):
        if not requirement.marker or requirement.marker.evaluate():
            assert requirement.extras <= locked[requirement.name].extras
            [exact] = locked[requirement.name].specifier
            assert requirement.specifier.contains(exact.version)
    found = check.problems(locked.values())
    assert not [each for each in found if not each.startswith("The lock requires")]


@pytest.mark.parametrize("folder", ["project/graphiql", "tests/clients", "tests/benchmarks/peers"])
def test_a_lock_of_npm_is_complete(folder: str) -> None:
    lock = loads(ROOT.joinpath(folder, "package-lock.json").read_text(encoding="utf-8"))
    root = lock["packages"].pop("")
    package = loads(ROOT.joinpath(folder, "package.json").read_text(encoding="utf-8"))
    for kind in ("dependencies", "devDependencies"):
        assert root.get(kind, {}) == package.get(kind, {})
    for name, entry in lock["packages"].items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name


@pytest.mark.parametrize(
    "left",
    [
        ".venv",
        ".venv-other",
        "project/graphiql/node_modules",
        "project/static/project/graphiql",
        "tests/benchmarks/peers/node_modules",
        "tests/clients/build",
        "tests/clients/node_modules",
    ],
)
def test_the_checks_start_from_nothing(left: str) -> None:
    steps = re.findall("^step (.*)", ROOT.joinpath(".ci/run").read_text(), re.MULTILINE)
    assert steps[0] == "make clean"
    command = ["make", "-n", "clean", "VENV=.venv"]
    cleaned = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert left in cleaned.stdout.split()
