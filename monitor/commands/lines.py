"""One address checked, one capture imported: as a JSON object, and as a line for people (DESIGN section 6)."""

from __future__ import annotations

from typing import Any, Final

from core.text.visible import one_line
from core.wording import counted, stamp
from monitor.pipeline import Checked

SIGNS: Final = {
    "new": "•",
    "unchanged": "=",
    "changed": "≠",
    "suspect": "?",
    "failed": "▨",
    "gone": "×",
    "returned": "↩",
}


def as_object(checked: Checked) -> dict[str, Any]:
    """``{"source", "document", "url", "at", "status", "class", "grade", "alerts", "reasons"}``."""
    taken = checked.taken
    return {
        "source": checked.source,
        "document": taken.document,
        "url": checked.url,
        "at": stamp(checked.at),
        "status": taken.status,
        "class": taken.change_class.value if taken.change_class and taken.status == "changed" else None,
        "grade": taken.grade.level.value,
        "alerts": taken.alerts,
        "reasons": list(taken.reasons),
    }


def as_line(checked: Checked) -> str:
    """``≠ changed    acme/ethics  substantive, one alert: the words changed in substance``."""
    taken = checked.taken
    facts = [taken.change_class.value.replace("_", " ")] if taken.change_class else []
    facts += [counted(taken.alerts, "alert")] if taken.alerts else []
    why = "; ".join(one_line(reason, 200) for reason in taken.reasons[:4])
    told = ": ".join(part for part in (", ".join(facts), why) if part)
    where = taken.document if taken.document and taken.document != checked.source else checked.url
    return f"{SIGNS[taken.status]} {taken.status:<9} {checked.source}  {one_line(where, 120)}" + (
        f"  {told}" if told else ""
    )
