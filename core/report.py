"""The neutral text of an alert: what messages and pages say, before either gives it a form.

A Report is plain data both ways (``to_plain``, ``from_plain``) and is kept with its alert, so a message can be made from
the row alone, years later. It says what was seen, when and where; never why somebody did it. First looks and incidents
are built in ``core/occasions.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal, cast

from pydantic import TypeAdapter

from core.model import (
    AlertKind,
    Change,
    DocumentEvent,
    DocumentRef,
    Match,
    Severity,
    VersionRef,
    severity_rank,
)
from core.quotes import Quote, in_words, match_in_words, quotes_of
from core.text.visible import cut, one_line
from core.text.words import Segment
from core.wording import (
    EVENT_SENTENCES,
    Mark,
    counted,
    defang,
    label,
    language,
    listed,
    mark_of,
    quoted,
    short_date,
    short_day,
    unique,
)

MAX_TITLE: Final = 200
MAX_REASONS: Final = 12
STATEMENT: Final = "statement"  # the kind of a document that a person entered
THIRD_PARTY: Final = "both captures are a third party's archive, not ours: its times, and bytes it vouches for"
MAX_EARLIER: Final = 400  # characters of one earlier wording
MOST_EARLIER: Final = 4


@dataclass(frozen=True, slots=True)
class Capture:
    """One side of the evidence: version number, SHA-256 (hex) of its snapshot, when it was first seen.

    ``link`` leads to it in our own pages, "" where there are none.
    """

    number: int
    digest: str
    seen_at: datetime
    link: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """The honest interval and the page's own date, which is another matter.

    ``last_seen_at`` is None for what is new. ``page_date`` is the page's own words after the change, ``page_date_was``
    before it; ``date_stands`` says that the words changed and that date did not.
    """

    last_seen_at: datetime | None
    first_changed_at: datetime
    page_date: str = ""
    page_date_was: str = ""
    date_stands: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """Where it stands. ``address`` is defanged; ``slug`` is the document's permanent name in commands and pages."""

    address: str
    slug: str = ""
    language: str = ""
    lang: str = ""
    heading_path: tuple[str, ...] = ()
    before: Capture | None = None
    after: Capture | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a promise said once: its words, and the captures it was first and last seen in."""

    text: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """What the archive knows that a change does not say itself: older wordings of its promises, and lines about other
    documents (editions that no longer say the same)."""

    earlier: tuple[Earlier, ...] = ()
    notes: tuple[str, ...] = ()


NOTHING_BESIDE: Final = Beside()


@dataclass(frozen=True, slots=True)
class Entry:
    """Another alert inside a message: its headline, the words that moved, and a line of small facts."""

    mark: Mark
    headline: str
    words: tuple[Segment, ...] = ()
    lang: str = ""
    facts: str = ""
    link: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a message: alerts, labelled lines, and a note under them."""

    title: str
    entries: tuple[Entry, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One alert in words. ``found`` and ``when`` are the third and fourth of the four lines: see :func:`four_lines`.

    ``more`` passages changed and are not quoted. ``link`` leads to our own pages, ``command`` says the same without
    them; exactly one is set. ``facts`` are labelled lines of first looks and incidents, ``sections`` the body of lists.
    ``earlier`` are older wordings of the promises that changed, the oldest first.
    """

    kind: AlertKind
    mark: Mark
    company: str
    title: str
    severity: Severity
    topics: tuple[str, ...]
    found: str
    when: str
    quotes: tuple[Quote, ...] = ()
    more: int = 0
    why: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    interval: Interval | None = None
    where: Where | None = None
    link: str = ""
    command: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    earlier: tuple[Earlier, ...] = ()
    sections: tuple[Section, ...] = ()


@cache
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def to_plain(report: Report) -> dict[str, object]:
    """The report as JSON values; :func:`from_plain` gives the same report back."""
    return cast(dict[str, object], _adapter().dump_python(report, mode="json"))


def from_plain(plain: dict[str, Any]) -> Report:
    """A report from :func:`to_plain`, of this or an earlier version. Raises ``ValueError`` for anything else."""
    return _adapter().validate_python(plain)


def headline(report: Report) -> str:
    """``WEAKENED · Halden Biosystems · Responsible sales``, on one line; without the title where there is none."""
    return " · ".join(unique((report.mark.word, one_line(report.company, 80), one_line(report.title, MAX_TITLE))))


def four_lines(report: Report) -> tuple[str, str, str, str]:
    """What a person reads on a phone: what and where, how grave and about what, what was found, when."""
    facts = " · ".join(unique((report.severity.capitalize(), ", ".join(label(topic) for topic in report.topics))))
    return f"{report.mark.sign} {headline(report)}", facts, report.found, report.when


def alert_title(report: Report) -> str:
    """``WEAKENED: Halden Biosystems, Responsible sales (critical)``: a subject, and a row in a list."""
    names = ", ".join(unique((one_line(report.company, 80), one_line(report.title, MAX_TITLE))))
    return f"{report.mark.word}: {names} ({report.severity})"


def highest(matches: Sequence[Match]) -> Severity | None:
    """The gravest severity of some matches, None where there are none."""
    return max((match.severity for match in matches), key=severity_rank, default=None)


# --- a change ----------------------------------------------------------------------------------------------------


def build_report(
    change: Change, *, base_url: str | None, severity: Severity | None = None, beside: Beside = NOTHING_BESIDE
) -> Report:
    """The report of one change. ``severity`` is the alert's; without it the highest of the matches, else low.

    ``beside`` is what the archive knows that the change does not say itself.
    """
    quotes, more = quotes_of(change)
    interval = _interval(change)
    link, command = _way(change, base_url)
    return Report(
        kind="change",
        mark=mark_of(change),
        company=change.document.company,
        title=title_of(change.document),
        severity=severity or highest(change.matches) or Severity.LOW,
        topics=change.document.topics,
        found=_found(change, quotes),
        when=_when(change, interval),
        quotes=quotes,
        more=more,
        why=(*_why(change), *(cut(one_line(line), 300) for line in beside.notes)),
        sure=_sure(change),
        interval=interval,
        where=_where(change, quotes, base_url),
        link=link,
        command=command,
        earlier=tuple(
            replace(each, text=cut(one_line(each.text), MAX_EARLIER)) for each in beside.earlier[:MOST_EARLIER]
        ),
    )


def title_of(document: DocumentRef) -> str:
    """What people call the document: its title, else its role, else its address."""
    return one_line(document.title, MAX_TITLE) or label(document.role or "") or defang(document.url)


def _found(change: Change, quotes: Sequence[Quote]) -> str:
    parts: list[str] = []
    if change.event in EVENT_SENTENCES and change.event is not DocumentEvent.UNDECLARED:  # the fourth line says it
        parts.append(EVENT_SENTENCES[change.event])
    if change.event in _WHOLE:
        words = unique(word for match in change.matches for word in match.words)
        holds = "it held" if change.event is DocumentEvent.GONE else "it holds"
        parts += [f"{holds} {listed([quoted(word, 60) for word in words])}"] if words else []
    else:
        came, went = _moved_words(quotes, "in"), _moved_words(quotes, "out")
        parts += [f"{came} came in"] if came else []
        parts += [f"{went} went out"] if went else []
        if not came and not went and not parts:
            parts += unique(reason for quote in quotes for reason in quote.reasons)[:1] or (
                f"{counted(len(change.edits), 'passage')} changed place",
            )
    return f"Found: {'; '.join(parts)}."


_WHOLE: Final = frozenset({DocumentEvent.NEW, DocumentEvent.GONE, DocumentEvent.RETURNED})


def _moved_words(quotes: Sequence[Quote], op: Literal["in", "out"]) -> str:
    """The words that came in or went out, quoted: three runs at most, then a count.

    Of a passage that is new or lost as a whole the words its rules found, where there are any; of quotes that neither
    a rule nor a finding points at only where there are no others. The line speaks of the gravest passage, which is the
    first, and of its like: where a rule found it of those that a rule found, else of those that became the same.
    """
    runs: list[str] = []
    pointed = [quote for quote in quotes if quote.rules or quote.reasons] or quotes
    for quote in [quote for quote in pointed if (quote.rules if pointed[0].rules else quote.mark == pointed[0].mark)]:
        side, other = (quote.after, quote.before) if op == "in" else (quote.before, quote.after)
        if side:
            segments = (*side.lead_in, *side.segments)
            moved = [text.strip(" ,;:") for kind, text in segments if kind == op]
            runs += quote.words if moved and quote.words and other is None else moved
    told = [run for run in unique(runs) if any(letter.isalnum() for letter in run)]
    return listed(
        [quoted(run) for run in told if not any(run != other and f" {run} " in f" {other} " for other in told)]
    )


def _interval(change: Change) -> Interval:
    if change.document.kind == STATEMENT:  # a person gave its dates; no page says them
        return Interval(change.window.last_seen_at, change.window.first_changed_at)
    was = (change.before.page_date or "") if change.before else ""
    now = (change.after.page_date or "") if change.after else ""
    stands = bool(was and was == now and change.edits)
    return Interval(change.window.last_seen_at, change.window.first_changed_at, one_line(now), one_line(was), stands)


def is_brief(interval: Interval) -> bool:
    """Whether both captures were made in one minute, so that two times would read the same."""
    seen, changed = interval.last_seen_at, interval.first_changed_at
    return seen is not None and seen.replace(second=0, microsecond=0) == changed.replace(second=0, microsecond=0)


def when_parts(interval: Interval, *, is_gone: bool = False) -> tuple[str | datetime, ...]:
    """The fourth line as texts and times, for channels that show times in the reader's own zone."""
    seen, changed = interval.last_seen_at, interval.first_changed_at
    if seen is None:
        parts: tuple[str | datetime, ...] = ("First seen ", changed)
    elif is_brief(interval):
        parts = (f"{'Last seen and first absent' if is_gone else 'Changed'} within the minute of ", changed)
    elif is_gone:
        parts = ("Last seen ", seen, "; first absent ", changed)
    else:
        parts = ("Changed between ", seen, " and ", changed)
    own = _own_date(interval)
    return (*parts, f". {own}" if own else ".")


def _when(change: Change, interval: Interval) -> str:
    *parts, rest = when_parts(interval, is_gone=change.event is DocumentEvent.GONE)
    years = {part.year for part in parts if isinstance(part, datetime)}
    with_year = len(years) > 1 or interval.last_seen_at is None
    told = (part if isinstance(part, str) else short_date(part, with_year=with_year) for part in parts)
    return f"{''.join(told)} UTC{rest}"


def _own_date(interval: Interval) -> str:
    if interval.date_stands:
        return f"The page still says {quoted(interval.page_date)}."
    if interval.page_date and interval.page_date_was and interval.page_date != interval.page_date_was:
        return f"The page’s own date went from {quoted(interval.page_date_was)} to {quoted(interval.page_date)}."
    return f"The page says {quoted(interval.page_date)}." if interval.page_date else ""


def _why(change: Change) -> tuple[str, ...]:
    """Rules in words, gravest first, then the reasons of the verdicts."""
    ranked = sorted(change.matches, key=lambda match: -severity_rank(match.severity))
    rules = unique(match_in_words(match) for match in ranked)
    reasons = unique(line for finding in change.findings for line in in_words(finding))
    none = () if rules or reasons or not change.edits else ("Words changed and no rule matched them.",)
    return (*_first(rules, "rule"), *_first(reasons, "reason"), *none)


def _first(lines: Sequence[str], what: str) -> tuple[str, ...]:
    more = len(lines) - MAX_REASONS
    return (
        *(cut(line, 300) for line in lines[:MAX_REASONS]),
        *([f"and {counted(more, 'more ' + what)}"] if more > 0 else []),
    )


def _sure(change: Change) -> tuple[str, ...]:
    late = ("found late: a later reading showed that this had changed",) if change.found_late else ()
    third = (THIRD_PARTY,) if change.document.kind == "wayback" else ()
    return unique((*change.reasons, *late, *third, *_entered(change)))[:MAX_REASONS]


def _entered(change: Change) -> tuple[str, ...]:
    """Whose word the date of a statement is."""
    if change.document.kind != STATEMENT:
        return ()
    day = one_line(change.after.page_date or "") if change.after else ""
    public = (
        f"made public {day}, as the person who entered it says"
        if day
        else "no day was given on which it was made public"
    )
    return (f"entered by hand; {public}",)


def _where(change: Change, quotes: Sequence[Quote], base_url: str | None) -> Where:
    document = change.document
    lang = (change.after.lang if change.after else None) or (change.before.lang if change.before else None)
    lang = lang or document.lang or ""
    after = change.after_version
    if not change.edits and after and change.before_version and after.id == change.before_version.id:
        after = None  # a link leads elsewhere: the words of the file behind it are yet to come
    return Where(
        address=defang(document.url),
        slug=document.slug,
        language=language(lang),
        lang=lang,
        heading_path=quotes[0].heading_path if quotes else (),
        before=_capture(change.before_version, document.slug, base_url),
        after=_capture(after, document.slug, base_url),
    )


def _capture(version: VersionRef | None, slug: str, base_url: str | None) -> Capture | None:
    if version is None:
        return None
    link = f"{base_url.rstrip('/')}/v/{slug}/{version.number}" if base_url else ""
    return Capture(version.number, version.digest, version.seen_at, link)


def earlier_line(earlier: Earlier) -> str:
    """When a promise was worded like that: ``12 Feb 2019 – 3 Jan 2024``, both captures, UTC."""
    first, last = short_day(earlier.first_at), short_day(earlier.last_at)
    return first if first == last else f"{first} – {last}"


def _way(change: Change, base_url: str | None) -> tuple[str, str]:
    """Where to read on: our compare page, or the command that shows the same. One of the two is empty."""
    slug, before, after = change.document.slug, change.before_version, change.after_version
    base = (base_url or "").rstrip("/")
    if before and after and before.number != after.number:
        pair = (
            f"{base}/c/{slug}/{before.number}..{after.number}",
            f"onrecord diff {slug} {before.number} {after.number}",
        )
    else:
        pair = (f"{base}/d/{slug}", f"onrecord history {slug}")
    return (pair[0], "") if base else ("", pair[1])
