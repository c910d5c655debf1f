"""What every test gets: no way off loopback, no setting of the machine it runs on, and the fixtures all share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import network

ROOT = Path(__file__).resolve().parent.parent

network.install()
os.environ["PYTHONPATH"] = os.pathsep.join((str(ROOT / "tests" / "guard"), str(ROOT)))  # for the processes tests start

# Started from a script in the background, we and all programs that tests start would be deaf to Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Time on a shared machine says nothing about the code; in CI the same examples are tried at every run.
settings.register_profile("onrecord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("onrecord"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "onrecord")


@pytest.fixture(autouse=True)
def _stays_on_loopback() -> Iterator[None]:
    """Fail the test that tried to leave loopback, even if the code under test swallowed the refusal."""
    network.attempts.clear()
    yield
    tried = list(network.attempts)
    network.attempts.clear()
    assert not tried, f"this test tried to leave loopback: {tried}"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the machine's own settings, secrets or proxies."""
    for name in list(os.environ):
        upper = name.upper()
        if (upper.startswith(("ONRECORD_", "SLACK_", "SMTP_")) and upper != "ONRECORD_SHARED") or upper.endswith(
            "_PROXY"
        ):
            monkeypatch.delenv(name)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, named by ONRECORD_HOME as an operator would."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("ONRECORD_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared reference folder (corpus, labels), read in place and never copied; skips where it is absent."""
    folder = Path(os.environ.get("ONRECORD_SHARED") or ROOT.parent / "shared")
    if not (folder / "corpus").is_dir():
        pytest.skip(
            f"NOT RUN: no corpus at {folder}; set ONRECORD_SHARED to the folder that holds it", allow_module_level=True
        )
    return folder
