"""What the agent does without being asked by any page: digests, ends of silences, dead letters, weekly reports, drills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from monitor.duties import dead_letters, digests, drills, silences, weekly
from monitor.tools import Tools

DUTIES: Final[dict[str, Callable[[Tools], int]]] = {
    "send digests": digests.tell,
    "end silences": silences.tell,
    "tell of dead letters": dead_letters.tell,
    "send weekly reports": weekly.tell,
    "send the drill": drills.run,
    "look for the drill": drills.check,
}
"""Each by what it is for. Each looks first, and writes only where there is something."""


def do_all(tools: Tools) -> int:
    """Do whatever is due; how many messages were queued."""
    return sum(duty(tools) for duty in DUTIES.values()) if tools.tells else 0
