"""What a start costs: CPU of a whole process, for commands that a person waits for.

    python -m bench.start

Each command runs several times as a process of its own; the best is shown, in milliseconds of CPU. The second start of
a check finds the configuration already parsed.
"""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
ROUNDS: Final = 5


def cpu_of(*arguments: str, home: Path) -> float:
    """Milliseconds of CPU of one run of the program, which must end well."""
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", ""), "ONRECORD_HOME": str(home)}
    before = _children()
    command = [sys.executable, "-P", *arguments]
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home)
    return (_children() - before) * 1000


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def shipped_home(folder: Path) -> Path:
    """The files the product ships, and nothing else."""
    shutil.copy(ROOT / "sources.yaml", folder / "sources.yaml")
    shutil.copytree(ROOT / "rules", folder / "rules")
    return folder


def quiet_home(folder: Path) -> Path:
    """One source at a port of this machine where nobody answers: a check that ends at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = f"127.0.0.1:{listener.getsockname()[1]}"
    company = f"companies:\n  - name: Acme\n    sources:\n      - kind: page\n        url: http://{here}/\n"
    (folder / "sources.yaml").write_text(company, encoding="utf-8")
    settings = f'fetch:\n  allow_private: ["{here}"]\n  host_gap_seconds: 0\n'
    (folder / "settings.yaml").write_text(settings, encoding="utf-8")
    return folder


def main() -> None:
    with ExitStack() as stack:
        shipped, quiet = (
            make(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onrecord-bench-"))))
            for make in (shipped_home, quiet_home)
        )
        shown: dict[str, float] = {}
        for name, command in (
            ("python that does nothing", ("-c", "pass")),
            ("onrecord --help", ("-m", "monitor", "--help")),
            ("onrecord validate (all shipped files)", ("-m", "monitor", "validate")),
        ):
            shown[name] = min(cpu_of(*command, home=shipped) for _ in range(ROUNDS))
        shown["onrecord check, the first (the archive is made)"] = cpu_of("-m", "monitor", "check", home=quiet)
        for name, verb in (
            ("onrecord check, again (the far side is down)", ("check",)),
            ("onrecord search", ("search", "nothing")),
        ):
            shown[name] = min(cpu_of("-m", "monitor", *verb, home=quiet) for _ in range(ROUNDS))
    for name, cost in shown.items():
        print(f"{name:<48}{cost:7.0f} ms CPU")


if __name__ == "__main__":
    main()
