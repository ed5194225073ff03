import sys
import time

import pytest

from project.install import progress


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LOG_EVERY", 0.05)
    monkeypatch.setattr(progress, "TERMINAL_EVERY", 0.05)


@pytest.mark.usefixtures("quick")
def test_a_log_has_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.progress("Loading"):
        time.sleep(0.2)
    first, *others = capsys.readouterr().out.splitlines()
    assert first == "Loading ..."
    assert set(others) == {"Loading ... 0 s"}


@pytest.mark.usefixtures("quick")
def test_a_terminal_has_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with progress.progress("Loading"):
        time.sleep(0.2)
    written = capsys.readouterr().out
    assert written.startswith("Loading ...\rLoading ... 0 s")
    assert written.count("\n") == 1
    assert written.endswith("\n")


def test_it_ends_with_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="broken"), progress.progress("Loading"):
        raise ValueError("broken")
    assert capsys.readouterr().out == "Loading ...\n"


@pytest.mark.parametrize(("status", "expected"), [(0, ""), (3, "out\n")])
def test_output_of_a_command_is_for_failures(
    capsys: pytest.CaptureFixture[str], status: int, expected: str
) -> None:
    script = f"print('out'); raise SystemExit({status})"
    assert progress.main("Running", sys.executable, "-c", script) == status
    assert capsys.readouterr().out == f"Running ...\n{expected}"
