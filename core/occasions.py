"""Reports that are not of a change: what already stood there on a first look, and a source that cannot be seen.

Each takes small values the pipeline fills and gives the same :class:`core.report.Report`. Pure; ``at`` is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from core.model import DocumentRef, Match, Severity, severity_rank
from core.quotes import Quote, Side, match_in_words
from core.report import Interval, Report, Where, title_of
from core.text.normalise import word_count
from core.text.visible import cut, one_line
from core.troubles import what_to_try
from core.wording import (
    NOT_SEEN,
    SEEN_AGAIN,
    STANDING,
    counted,
    defang,
    listed,
    long_date,
    number,
    short_date,
    trouble,
    unique,
)

# --- a first look ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceLook:
    """One source on its first look: documents archived there, or in words why it could not be seen."""

    id: str
    url: str
    documents: int = 0
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule found in what already stands there, with one sentence or passage as quote."""

    match: Match
    quote: str
    document: DocumentRef
    heading_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompanyLook:
    """What a first look saw of one company."""

    company_id: str
    company: str
    topics: tuple[str, ...] = ()
    sources: tuple[SourceLook, ...] = ()
    standing: tuple[Standing, ...] = ()


MAX_STANDING: Final = 8
_LABEL_WORDS: Final = 3
MAX_REFUSED: Final = 20


def build_first_look(looks: Sequence[CompanyLook], *, at: datetime, base_url: str | None) -> Report:
    """One summary of what already stands there: documents archived, sources that refused, the gravest rules."""
    sources = [source for look in looks for source in look.sources]
    refused = [source for source in sources if source.refused]
    documents = sum(source.documents for source in sources)
    standing = [each for look in looks for each in look.standing]
    by_rule: dict[str, list[Standing]] = {}
    for each in sorted(standing, key=lambda each: (-severity_rank(each.match.severity), _is_label(each.quote))):
        by_rule.setdefault(each.match.rule, []).append(each)
    names = [one_line(look.company, 80) for look in looks]
    base = (base_url or "").rstrip("/")
    quotes, told = _standing_quotes(list(by_rule.values()))
    return Report(
        kind="first_look",
        mark=STANDING,
        company=listed(names),
        title="First look",
        severity=Severity.INFO,
        topics=unique(topic for look in looks for topic in look.topics),
        found=(
            f"Archived {counted(documents, 'document')} at {counted(len(sources) - len(refused), 'source')}; "
            + (f"{counted(len(refused), 'source')} could not be seen; " if refused else "")
            + f"{counted(len(by_rule), 'rule')} found words that stand there."
        ),
        when=f"Seen for the first time, up to {long_date(at)}. From now on you hear of what changes.",
        quotes=quotes,
        more=len(by_rule) - told,
        facts=(
            *((one_line(look.company, 80), _look_in_words(look)) for look in looks[:50]),
            *(_refusal(source) for source in refused[:MAX_REFUSED]),
        ),
        interval=Interval(None, at),
        link=base + "/" if base else "",
        command="" if base else "onrecord search QUERY",
    )


def _is_label(text: str) -> bool:
    """A heading or an entry of a few words, which quotes less than a sentence does."""
    return word_count(text) <= _LABEL_WORDS


def _standing_quotes(by_rule: Sequence[Sequence[Standing]]) -> tuple[tuple[Quote, ...], int]:
    """As many quotes as there is room for, and how many rules they tell; rules that found the same passage share one."""
    quotes: dict[tuple[int, str], Quote] = {}
    told = 0
    for found in by_rule:
        quote, key = _standing_quote(found), (found[0].document.id, found[0].quote)
        if key in quotes:
            quotes[key] = replace(quotes[key], rules=(*quotes[key].rules, *quote.rules))
        elif len(quotes) < MAX_STANDING:
            quotes[key] = quote
        else:
            continue
        told += 1
    return tuple(quotes.values()), told


def _standing_quote(found: Sequence[Standing]) -> Quote:
    first = found[0]
    places = f", and in {counted(len(found) - 1, 'more passage')}" if len(found) > 1 else ""
    return Quote(
        act="present",
        mark=STANDING,
        before=None,
        after=Side(segments=(("same", cut(first.quote, 600)),)),
        heading_path=first.heading_path,
        rules=(match_in_words(first.match) + places,),
        origin=f"{first.document.company}, {title_of(first.document)}",
    )


def _look_in_words(look: CompanyLook) -> str:
    documents, refused = sum(s.documents for s in look.sources), sum(1 for s in look.sources if s.refused)
    seen = f"{counted(documents, 'document')} at {counted(len(look.sources) - refused, 'source')}"
    return f"{seen}, {counted(refused, 'source')} could not be seen" if refused else seen


def _refusal(source: SourceLook) -> tuple[str, str]:
    return f"Not seen: {source.id}", f"{_without_live_host(source)} · {defang(source.url, 120)}"


def _without_live_host(source: SourceLook) -> str:
    """Why it was not seen, with the name of its host as text that nothing turns into a link."""
    host = defang(source.url).split("/")[0]
    return one_line(source.refused, 300).replace(host.replace("[.]", "."), host)


# --- an incident ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """A source that cannot be seen, or is seen again. ``reasons`` are in words; ``last_good_at`` None: never seen.

    ``addresses`` of it cannot be seen; ``reminder`` counts the messages before this one.
    """

    source_id: str
    company: str
    url: str
    code: str
    reasons: tuple[str, ...]
    opened_at: datetime
    last_good_at: datetime | None = None
    closed_at: datetime | None = None
    captures: int = 1
    topics: tuple[str, ...] = ()
    addresses: int = 1
    reminder: int = 0


def build_incident(facts: IncidentFacts, *, base_url: str | None, severity: Severity = Severity.LOW) -> Report:
    """The report of an incident: not seeing is never told as gone."""
    base = (base_url or "").rstrip("/")
    good = f"Last good capture {long_date(facts.last_good_at)}" if facts.last_good_at else "No good capture yet"
    if facts.closed_at:
        found = f"Found: {facts.source_id} answers again."
        when = f"Not seen from {short_date(facts.opened_at)} to {short_date(facts.closed_at)} UTC."
    else:
        found = f"Found: {listed([one_line(reason, 200) for reason in facts.reasons] or [trouble(facts.code)], 2)}."
        since = "Still not seen, since" if facts.reminder else "Since"
        when = f"{since} {long_date(facts.opened_at)}. {good}. Not seen is not gone: nothing is reported as removed."
    return Report(
        kind="incident",
        mark=SEEN_AGAIN if facts.closed_at else NOT_SEEN,
        company=facts.company,
        title=facts.source_id,
        severity=severity,
        topics=facts.topics,
        found=found,
        when=when,
        sure=(f"{counted(facts.captures, 'capture')} in this incident", good),
        where=Where(address=defang(facts.url)),
        link=base + "/" if base else "",
        command="" if base else f"onrecord check {facts.source_id} --dry-run",
        facts=() if facts.closed_at else _class_and_remedy(facts),
    )


def _class_and_remedy(facts: IncidentFacts) -> tuple[tuple[str, str], ...]:
    """What sort of trouble it is, and what the operator can try."""
    sort, remedy = what_to_try(facts.code)
    more = [("Addresses", f"{number(facts.addresses)} of this source")] if facts.addresses > 1 else []
    return (("Class", f"{sort} ({facts.code})"), ("What to try", remedy), *more)
