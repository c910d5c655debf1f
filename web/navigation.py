"""The ways into the archive that stand at the top of every page, and who sees them. A new page adds its line here."""

from __future__ import annotations

from typing import Final

from core.access import Need, Role, allows

WAYS: Final[tuple[tuple[str, str, Need], ...]] = (
    ("/", "Today", "reader"),
    ("/search", "Search", "reader"),
    ("/commitments", "Commitments", "reader"),
    ("/companies", "Companies", "reader"),
    ("/alerts", "Alerts", "reader"),
    ("/sources", "Sources", "reader"),
    ("/rules", "Rules", "reader"),
    ("/outbox", "Outbox", "reader"),
    ("/people", "People", "operator"),
)


def ways(role: Role | None) -> tuple[tuple[str, str], ...]:
    """Address and name of what somebody of that role may open."""
    return tuple((address, name) for address, name, need in WAYS if allows(role, need))
