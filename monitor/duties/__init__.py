"""What the agent does without being asked by any page: digests, ends of silences, dead letters, weekly reports, drills."""

from __future__ import annotations

from monitor.duties import dead_letters, digests, drills, silences, weekly
from monitor.tools import Tools


def do_all(tools: Tools) -> int:
    """Do whatever is due; how many messages were queued. Each looks first, and writes only where there is something."""
    if not tools.tells:
        return 0
    duties = (digests.tell, silences.tell, dead_letters.tell, weekly.tell, drills.run, drills.check)
    return sum(duty(tools) for duty in duties)
