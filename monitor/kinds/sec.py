"""``sec``: what a company files with the SEC, by its Central Index Key.

The source's own address is the list of its filings; the index of a filing is a small list too, of its exhibits. Each
filing is asked once: it never changes. One of a form filed every year or quarter is the next of its series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlsplit

from core.errors import ReadError
from core.filings.edgar import (
    ARCHIVES,
    PERIODIC,
    Filing,
    chosen,
    exhibits,
    list_of,
    parse_continuation,
    parse_index,
    parse_submissions,
)
from core.text.feed import Feed, FeedEntry
from monitor.kinds import Kind, own_address
from monitor.kinds._lists import Options, option

FORMS: Final = ("10-K", "10-Q", "8-K", "SD", "DEF 14A", "DEFA14A", "PX14A6G", "20-F", "6-K")
BACK: Final = timedelta(days=400)  # so much of the past is read when the watch begins, where nothing else is said
FEWEST: Final = 2  # filings of a series, however old: one to hold the next against
INDEX: Final = "index of "  # before the form, where what is asked is the list of a filing's documents


def read(
    body: bytes,
    *,
    content_type: str | None,
    url: str,
    select: tuple[str, ...] = (),
    remove: tuple[str, ...] = (),
    options: Options = (),
) -> Feed:
    """The filings of the chosen forms, oldest first; of the index of one filing, its exhibits that speak."""
    archives = _archives(url)
    if url.endswith("-index.htm"):
        return _exhibits(body, url, archives)
    forms = [form for form in option(options, "forms").split(",") if form] or list(FORMS)
    since = date.fromisoformat(option(options, "since")) if option(options, "since") else None
    if "-submissions-" in url:
        cik = int(url.rpartition("/CIK")[2].partition("-")[0])
        older = chosen(parse_continuation(body, cik), forms)
        return Feed("", tuple(_entries(_wanted(older, since), archives)))
    found = parse_submissions(body)
    kept = _wanted(chosen(found.filings, forms), since)
    oldest = min((filing.filed_on for filing in found.filings), default=date.max)
    former = f", formerly {', '.join(found.former_names)}" if found.former_names else ""
    return Feed(
        title=found.name,
        entries=tuple(_entries(kept, archives)),
        incomplete=found.incomplete,
        more=list_of(found, url) if since is not None and since < oldest else (),
        found_by=f"{len(kept)} of {len(found.filings):,} filings of {found.name}{former}",
    )


def _wanted(filings: tuple[Filing, ...], since: date | None) -> list[Filing]:
    """Those filed since that day; without one, the last year's, and of each series at least so many."""
    if since is not None:
        return [filing for filing in filings if filing.filed_on >= since]
    newest = max((filing.filed_on for filing in filings), default=date.min)
    of_series = {form: [each for each in filings if each.series == form][-FEWEST:] for form in PERIODIC}
    last = {each.accession for kept in of_series.values() for each in kept}
    return [each for each in filings if each.filed_on + BACK >= newest or each.accession in last]


def _entries(filings: Iterable[Filing], archives: str) -> Iterator[FeedEntry]:
    for filing in filings:
        filing = replace(filing, archives=archives)
        entry = FeedEntry(
            guid=f"{filing.form} {filing.accession}",
            url=filing.url,
            title=_title(filing),
            published_at=datetime.combine(filing.filed_on, time(), UTC),
            summary_text="",
            form=filing.form,
            series=filing.series or "",
        )
        yield entry
        if filing.exhibit_types and filing.document:
            form = f"{INDEX}{filing.form}"
            yield replace(entry, guid=f"{form} {filing.accession}", url=filing.index_url, form=form, series="")


def _title(filing: Filing) -> str:
    items = f", items {', '.join(filing.items)}" if filing.items else ""
    period = f", period to {filing.period}" if filing.period and filing.base_form in PERIODIC else ""
    return f"{filing.form} filed {filing.filed_on}{period}{items}"


def _exhibits(body: bytes, url: str, archives: str) -> Feed:
    """The exhibits in a filing's index; ``url`` tells whose filing it is, the table what it was filed as."""
    rows = parse_index(body)
    parts = urlsplit(url).path.split("/")
    try:
        cik, accession = int(parts[-3]), parts[-1].removesuffix("-index.htm")
    except (ValueError, IndexError) as error:
        raise ReadError("sec", "not the address of a filing's index") from error
    form = rows[0][0]
    filing = Filing(cik, accession, form, date.min, archives=archives)
    entries = [
        FeedEntry(
            guid=f"{exhibit.type} {accession} {exhibit.url.rpartition('/')[2]}",
            url=exhibit.url,
            title=f"{exhibit.type} to {form}" + (f": {exhibit.description}" if exhibit.description else ""),
            published_at=None,
            summary_text="",
            form=exhibit.type,
            series=f"{form} {exhibit.type}" if filing.series else "",
        )
        for exhibit in exhibits(rows, filing)
    ]
    return Feed(title=form, entries=tuple(entries))


def _archives(url: str) -> str:
    """Where filings stand beside that list: with the service itself, or with whoever serves the list instead."""
    parts = urlsplit(url)
    is_sec = (parts.hostname or "").endswith("sec.gov")
    return ARCHIVES if is_sec else f"{parts.scheme}://{parts.netloc}/Archives/edgar/data/"


KIND = Kind(name="sec", holds="listing", start=own_address, read=read, is_ordered=False, is_filed=True)
