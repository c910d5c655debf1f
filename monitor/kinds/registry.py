"""``registry``: a public register as a table, CSV or JSON; the rows that are a watched company's, and their statements.

The table is asked once and read once for all companies; which rows are whose is said with the reason
(``core/registers.py``).
"""

from __future__ import annotations

import json

from core.model import Company
from core.registers import PLAIN, RECIPES, match_rows, read_register
from core.text.feed import Feed, FeedEntry
from monitor.kinds import Kind, own_address
from monitor.kinds._lists import Options, option


def read(
    body: bytes,
    *,
    content_type: str | None,
    url: str,
    select: tuple[str, ...] = (),
    remove: tuple[str, ...] = (),
    options: Options = (),
) -> Feed:
    """The statements of the companies in ``companies``; each entry's ``series`` is the company it is of."""
    found = read_register(body, RECIPES.get(option(options, "recipe"), PLAIN))
    given = json.loads(option(options, "companies") or "[]")
    companies = [
        Company(each["id"], each["name"], tuple(each["aliases"]), identifiers=tuple(map(tuple, each["identifiers"])))
        for each in given
    ]
    matched = match_rows(found.rows, companies)
    entries = [
        FeedEntry(
            guid=f"{each.company} {each.row.name} {each.row.year} {each.row.url}",
            url=each.row.url,
            title=f"{each.row.name} {each.row.year}".strip(),
            published_at=None,
            summary_text=each.reason,
            series=each.company,
        )
        for each in matched
        if each.row.url
    ]
    return Feed(
        title=url,
        entries=tuple({entry.guid: entry for entry in entries}.values()),
        incomplete=found.incomplete,
        found_by=f"{len(matched)} of {len(found.rows):,} rows are of watched companies",
    )


def companies_of(companies: list[Company]) -> tuple[str, str]:
    """The option that tells the reader whose rows are wanted."""
    told = [
        {"id": each.id, "name": each.name, "aliases": each.aliases, "identifiers": each.identifiers}
        for each in companies
    ]
    return ("companies", json.dumps(told, ensure_ascii=False))


KIND = Kind(name="registry", holds="listing", start=own_address, read=read, is_ordered=False)
