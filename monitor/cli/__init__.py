"""The program ``onrecord``. Its verbs stand on the page of commands in the order in which they are imported here."""

from monitor.cli.program import app, main

# isort: off
from monitor.cli import (
    start,
    look,
    sources,
    told,
    handling,
    people,
    silences,
    rules,
    commitments,
    statement,
    archive,
    users,
    more,
)
# isort: on

FAMILIES = (start, look, sources, told, handling, people, silences, rules, commitments, statement, archive, users, more)

__all__ = ["FAMILIES", "app", "main"]
