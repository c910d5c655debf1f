"""What lint says of a loaded configuration: with the names sources.yaml knows, and for one's own packs at every load."""

from __future__ import annotations

from typing import Any, Final

import structlog

from core.config.sources import Watchlist
from core.errors import Problem
from core.filings.forms import unknown_forms
from core.rules.lint import Names, lint
from monitor.home import Loaded
from monitor.kinds import kinds

MOST_WARNINGS: Final = 20

journal: Any = structlog.get_logger()


def names_of(watchlist: Watchlist) -> Names:
    """The names rules may ask for."""
    return Names(
        {
            "company": frozenset(watchlist.company_ids),
            "topic": frozenset(watchlist.topics),
            "role": frozenset(source.role for source in watchlist.sources if source.role),
            "source": frozenset(source.id for source in watchlist.sources),
            "kind": frozenset(kinds()),
        }
    )


def warnings(loaded: Loaded) -> list[Problem]:
    """What lint says of packs of one's own without asking the archive; the shipped ones are read by their makers."""
    if not any(loaded.home.rules.glob("*.y*ml")):
        return []  # most homes have none, and a start need not wait for it
    remarks = lint(loaded.rules, names=names_of(loaded.watchlist))
    own = (each for each in remarks if (loaded.home.path / each.file).exists())
    return [Problem(each.file, each.line, f"{each.rule}: {each.message}") for each in own]


def remarks_on_sources(watchlist: Watchlist) -> list[Problem]:
    """What is allowed in sources.yaml and hardly meant: a form that no filing bears, at the first source that asks for it."""
    first: dict[str, tuple[str, str | None]] = {}
    for source in watchlist.sources:
        for form, meant in unknown_forms(source.option("forms").split(",")):
            first.setdefault(form, (source.id, meant))
    return [
        Problem(
            "sources.yaml",
            watchlist.lines.get(source_id),
            f"no filing with the SEC bears the form {form!r}, as far as On Record knows: {source_id} would not find any",
            meant,
        )
        for form, (source_id, meant) in first.items()
    ]


def warn_of_files(loaded: Loaded) -> None:
    """Log what is allowed and hardly meant: it is in force, and somebody should look."""
    for remark in remarks_on_sources(loaded.watchlist)[:MOST_WARNINGS]:
        journal.warning(str(remark))
    for remark in warnings(loaded)[:MOST_WARNINGS]:
        journal.warning(f"{remark} (the rule is in force; onrecord rules lint says more)")
