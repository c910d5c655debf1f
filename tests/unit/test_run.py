"""The script ./run, with a pretend Python in its .venv: what it asks of it, from where, and what it says on trouble."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[2] / "run"

PRETEND_PYTHON = """#!/bin/sh
echo "$PWD | ${ONRECORD_HOME-unset} | $PYTHONPATH | $*"
exit 7
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the repository, set up and current, whose Python prints what it was asked and exits with 7."""
    folder = tmp_path / "a copy"
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PRETEND_PYTHON)
    python.chmod(0o755)
    shutil.copy(RUN, folder / "run")
    (folder / "requirements.lock").write_text("lock\n")
    (folder / "pyproject.toml").write_text("project\n")
    digest = subprocess.run("cat requirements.lock pyproject.toml | cksum", shell=True, cwd=folder, capture_output=True)
    (folder / ".venv" / "onrecord.stamp").write_bytes(digest.stdout)
    return folder


def run(copy: Path, *words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(
        [copy / "run", *words], cwd=cwd or copy, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def test_alone_it_starts_the_agent_on_its_own_folder(copy: Path, tmp_path: Path) -> None:
    done = run(copy, cwd=tmp_path)
    assert done.stdout == f"{tmp_path} | {copy} | {copy} | -P -m monitor run\n"
    assert (done.returncode, done.stderr) == (7, "")


def test_a_home_that_is_named_wins(copy: Path) -> None:
    assert "| /srv/record |" in run(copy, ONRECORD_HOME="/srv/record").stdout


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("onrecord", "search", "two words"), "-P -m monitor search two words"),
        (("onrecord",), "-P -m monitor"),
        (("demo", "--exit"), "-P -m monitor demo --exit"),
    ],
)
def test_the_program_runs_where_the_caller_stands(
    copy: Path, tmp_path: Path, words: tuple[str, ...], asked: str
) -> None:
    done = run(copy, *words, cwd=tmp_path, PYTHONPATH="/elsewhere")
    assert done.stdout == f"{tmp_path} | unset | {copy}:/elsewhere | {asked}\n"
    assert done.returncode == 7


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("test",), "-m pytest -n 2 --dist loadfile --no-loadscope-reorder"),
        (("test", "-k", "a or b"), "-m pytest -k a or b"),
        (("quality", "--fast"), "-m bench.quality --fast"),
        (("bench",), "-m bench.run"),
    ],
)
def test_the_work_on_the_program_runs_in_its_folder(
    copy: Path, tmp_path: Path, words: tuple[str, ...], asked: str
) -> None:
    done = run(copy, *words, cwd=tmp_path)
    assert done.stdout == f"{copy} | unset | {copy} | {asked}\n"
    assert done.returncode == 7


def test_check_stops_at_the_first_thing_that_does_not_hold(copy: Path) -> None:
    done = run(copy, "check")
    assert done.stdout.endswith("| -m ruff format --check .\n")
    assert done.stderr.splitlines() == ["== format", "== failed"]
    assert done.returncode == 1


def test_a_link_to_it_works_from_anywhere(copy: Path, tmp_path: Path) -> None:
    link = tmp_path / "onrecord"
    link.symlink_to(copy / "run")
    done = subprocess.run([link, "onrecord", "show"], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.endswith("| -P -m monitor show\n")


def test_a_changed_lock_means_a_new_set_up(copy: Path) -> None:
    (copy / "requirements.lock").write_text("another lock\n")
    done = run(copy, "onrecord", PYTHON="no-such-python")
    assert done.stderr.startswith(f"Setting up On Record in {copy}/.venv (once, and after an update) ...\n")


def test_a_word_it_does_not_know_is_bad_usage(copy: Path) -> None:
    done = run(copy, "tset")
    assert done.returncode == 2
    assert done.stderr.startswith("./run: no such verb: tset\n")
    assert "./run test [ARGS]" in done.stderr


def test_help_needs_no_set_up(tmp_path: Path) -> None:
    shutil.copy(RUN, tmp_path / "run")
    done = run(tmp_path, "help")
    assert done.returncode == 0
    assert done.stdout.startswith("Sets On Record up in .venv beside this file")
    assert "set -eu" not in done.stdout
    assert not (tmp_path / ".venv").exists()


def old_python() -> str:
    return "#!/bin/sh\nexit 1\n"


def python_without_venv() -> str:
    return '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n'


@pytest.mark.parametrize(
    ("python", "advice"),
    [
        (old_python(), "On Record needs Python 3.11 or newer."),
        (python_without_venv(), "This Python has no venv. On Debian or Ubuntu: sudo apt install python3-venv"),
    ],
)
def test_it_says_what_the_machine_lacks(copy: Path, tmp_path: Path, python: str, advice: str) -> None:
    shutil.rmtree(copy / ".venv")
    program = tmp_path / "python3"
    program.write_text(python)
    program.chmod(0o755)
    done = run(copy, "test", PYTHON=str(program))
    assert done.returncode == 1
    assert advice in done.stderr
    assert "sudo apt install python3" in done.stderr
