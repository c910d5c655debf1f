"""Twelve days on one server, simulated: the year of bench/soak.py, short, with everything in it that goes wrong."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.repository import ROOT


def test_twelve_days_with_stops_kills_outages_and_a_clock_that_is_wrong() -> None:
    command = [sys.executable, "-m", "bench.soak", "--sources", "12", "--days", "12", "--stops", "2", "--kills", "2"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    said = ran.stdout
    fetched = re.search(r"^([\d,]+) fetches of 12 sources in 12 days", said)
    assert fetched is not None
    assert int(fetched.group(1)) >= 12 * 10
    assert re.search(r"\d+ lives: (?=.*\d stopped).*1 end", said)  # a kill may come upon what was stopping
    assert "3 changes scripted, 3 told; missed [], false [], twice []" in said
    assert "messages undelivered 0" in said
    share = re.search(r"memory in the last week: ([\d.]+) of that in the second", said)
    assert share is not None
    threads = re.findall(r"resident, (\d+) threads, (\d+) open files", said)
    assert len(threads) == 2
    assert int(threads[1][0]) <= int(threads[0][0]) + 12
