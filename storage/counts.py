"""How much the archive holds, counted for ``onrecord archive stats``."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Table, func, select

from storage.schema import (
    alerts,
    changes,
    companies,
    deliveries,
    documents,
    events,
    fetches,
    incidents,
    passages,
    snapshots,
    sources,
    versions,
)

COUNTED: Final[dict[str, Table]] = {
    "companies": companies,
    "sources": sources,
    "documents": documents,
    "versions": versions,
    "passages": passages,
    "fetches": fetches,
    "snapshots": snapshots,
    "changes": changes,
    "alerts": alerts,
    "deliveries": deliveries,
    "incidents": incidents,
    "events": events,
}


def counts(conn: Connection) -> dict[str, int]:
    """Rows of each sort; ``bytes_received`` is the size of all snapshots once unpacked."""
    found = {
        name: int(conn.execute(select(func.count()).select_from(table)).scalar_one()) for name, table in COUNTED.items()
    }
    size = conn.execute(select(func.coalesce(func.sum(snapshots.c.size), 0))).scalar_one()
    return found | {"bytes_received": int(size)}
