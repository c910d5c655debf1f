"""``onrecord commitments fate | across | editions | spread | read``: promises beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from core.commitments.editions import Divergence, divergences
from core.commitments.fate import FIRMER, SOFTER, Became, Fate, fates
from core.commitments.promises import promises_of, sentences_of
from core.commitments.spread import Saying, spread
from core.errors import NotFound
from core.model import Finding, Verdict
from core.text.visible import one_line
from core.wording import counted, long_date
from monitor.app import lexicon
from monitor.cache import load_home
from monitor.commands.ledger import up_to_date
from monitor.commands.output import emit, note, say
from monitor.commands.reading import document_called
from monitor.editions import edition_of, families
from monitor.home import Home
from monitor.ledgers import topics_by
from storage import promises, sources, versions
from storage import search as searching
from storage.documents import DocumentRow
from storage.promises import Promised, Wanted

Json = dict[str, Any]
MOST_HITS: Final = 2_000

# --- fate ----------------------------------------------------------------------------------------------------------


def fate(
    home: Home, environ: Mapping[str, str], name: str, pair: tuple[int | None, int | None], *, as_json: bool
) -> int:
    """What became of each promise between two versions of a document. Raises NotFound."""
    with up_to_date(home, environ) as archive, archive.database.read() as conn:
        document = document_called(conn, name)
        before, after = _numbers(conn, document, pair)
        names = _names(conn, document.company_id)
        old, new = (
            sentences_of(
                lexicon(), versions.load(conn, versions.by_number(conn, document.id, number).id).reading, names
            )
            for number in (before, after)
        )
        found = fates(lexicon(), promises_of(old), new, names)
        found = _moved_away(found, promises.standing_elsewhere(conn, document.company_id, document.id))
    told = Counter(each.became.value for each in found)
    if as_json:
        lines = [_fate(each) for each in found]
        emit({"document": document.slug, "before": before, "after": after, "counts": dict(told), "fates": lines})
        return 0
    say(f"{document.slug}, version {before} → {after}")
    for each in found:
        _print_fate(each)
    note(", ".join(f"{count} {name}" for name, count in told.most_common()) or "no promise on either side")
    return 0


def _numbers(conn: Connection, document: DocumentRow, pair: tuple[int | None, int | None]) -> tuple[int, int]:
    known = [version.number for version in versions.numbers(conn, document.id)]
    if len(known) < 2 and pair == (None, None):
        raise NotFound(f"{document.slug} has {counted(len(known), 'version')}: nothing to hold it against yet")
    after = pair[1] if pair[1] is not None else known[-1]
    before = pair[0] if pair[0] is not None else max((number for number in known if number < after), default=known[0])
    return before, after


def _moved_away(found: Sequence[Fate], elsewhere: Mapping[str, str]) -> tuple[Fate, ...]:
    """A promise that left this document and stands in another of the company's has moved."""
    moved = []
    for each in found:
        slug = elsewhere.get(each.before.key) if each.before and each.became is Became.REMOVED else None
        told = Finding(Verdict.REWORDED, (), (f"stands in {slug}",))
        moved.append(Fate(each.before, each.before, Became.MOVED, told, each.alike) if slug else each)
    return tuple(moved)


def _fate(each: Fate) -> Json:
    return {
        "fate": each.became.value,
        "verdict": each.finding.verdict.value,
        "dimensions": dict(each.finding.dimensions),
        "reasons": list(each.finding.reasons),
        "before": each.before.whole if each.before else "",
        "after": each.after.whole if each.after else "",
        "heading_before": each.before.heading if each.before else "",
        "heading_after": each.after.heading if each.after else "",
    }


def _sign(became: Became) -> str:
    if became is Became.REMOVED:
        return "×"
    return "−" if became in SOFTER else "+" if became in FIRMER else "·"


def _words(each: Fate) -> str:
    return each.before.whole if each.before else each.after.whole if each.after else ""


def _print_fate(each: Fate) -> None:
    sign = _sign(each.became)
    say(f"{sign} {each.became.value:<13} {one_line(_words(each), 300)}")
    if each.before and each.after and each.before.key != each.after.key:
        say(f"{'':16}→ {one_line(each.after.whole, 300)}")
    for reason in () if each.became in (Became.KEPT, Became.INTRODUCED) else each.finding.reasons:
        say(f"{'':18}{one_line(reason, 300)}")


# --- side by side --------------------------------------------------------------------------------------------------


def across(home: Home, environ: Mapping[str, str], topic: str, company: str | None, *, as_json: bool) -> int:
    """One topic side by side: what each company promises about it, and who promises nothing. Raises NotFound."""
    with up_to_date(home, environ) as archive, archive.database.read() as conn:
        known = promises.topics(conn)
        if topic not in known:
            raise NotFound(
                f"no promise is about {one_line(topic, 60)!r}; topics are {', '.join(known) or 'not known yet'}"
            )
        ids = [promises.company_called(conn, company)] if company else promises.company_ids(conn)
        rows = [(one, promises.listed(conn, Wanted(company_id=one, topic=topic, state="standing"))) for one in ids]
        named = {one: known_as.name for one in ids if (known_as := sources.company_by_id(conn, one))}
    for one, found in rows:
        if as_json:
            emit({"company": one, "name": named.get(one, one), "topic": topic, "silent": not found,
                  "not_said": _nowhere(found), "promises": [_beside(each) for each in found]})  # fmt: skip
            continue
        say(f"{one_line(named.get(one, one), 80)}{'' if found else ': nothing about it'}")
        for each in found:
            where = each.document.role or each.document.kind
            say(f"  {where} · {each.document.slug} · {each.entry.key}")
            say(f"    {one_line(each.entry.now.whole, 400)}")
            said = "; ".join(f"{name}: {words}" for name, words in each.read_out if name not in ("actor", "stance"))
            say(f"    says {said or 'no more'}")
            say(f"    does not say: {'; '.join(each.not_said) or 'nothing that we look for'}")
        if nowhere := _nowhere(found):
            say(f"  in none of its promises about {topic}: {'; '.join(nowhere)}")
    silent = sum(not found for _, found in rows)
    if not as_json:
        note(f"{counted(len(rows), 'company', 'companies')}, {silent} silent about {topic}")
    return 0


def _nowhere(found: Sequence[Promised]) -> list[str]:
    """What none of a company's promises about a topic says."""
    return [words for words in found[0].not_said if all(words in each.not_said for each in found)] if found else []


def _beside(each: Promised) -> Json:
    return {
        "commitment": each.entry.key,
        "document": each.document.slug,
        "where": each.document.role or each.document.kind,
        "lang": each.document.lang,
        "now": each.entry.now.whole,
        "since": each.entry.since.at,
        "weakened": each.entry.is_softer,
        "says": [list(pair) for pair in each.read_out],
        "not_said": list(each.not_said),
    }


# --- editions ------------------------------------------------------------------------------------------------------


def editions(home: Home, environ: Mapping[str, str], company: str | None, *, as_json: bool) -> int:
    """Language editions that do not say the same. Raises NotFound."""
    loaded = load_home(home, environ)
    topics_of = topics_by(loaded.rules)
    with up_to_date(home, environ) as archive, archive.database.read() as conn:
        ids = [promises.company_called(conn, company)] if company else promises.company_ids(conn)
        groups = [(one, group) for one in ids for group in families(conn, one)]
        found: list[tuple[str, Divergence]] = []
        for one, group in groups:
            names = _names(conn, one)
            made = [edition_of(conn, row, lexicon(), names, topics_of) for row in group]
            found += [(one, each) for each in divergences(lexicon(), made, names)]
    for one, each in found:
        if as_json:
            emit({"company": one, "kind": each.kind, "what": each.what, "there": each.there, "not_here": each.here,
                  "reason": each.reason, "quote": each.quote})  # fmt: skip
            continue
        say(f"{each.kind:<8} {each.reason}")
        if each.quote:
            say(f"         “{one_line(each.quote, 300)}”")
    if not as_json:
        note(f"{counted(len(groups), 'document')} in several languages; {counted(len(found), 'difference')}")
    return 0


# --- spread --------------------------------------------------------------------------------------------------------


def spreading(home: Home, environ: Mapping[str, str], phrase: str | None, *, as_json: bool) -> int:
    """Where a phrase was seen first, second, third; without one, every rare phrase that spread. Raises QueryError."""
    with up_to_date(home, environ) as archive, archive.database.read() as conn:
        if phrase:
            asked = phrase.replace('"', " ")
            hits = searching.search(conn, f'"{asked}"', MOST_HITS)
            said = [Saying(hit.company_id, hit.document, hit.first_seen_at, hit.text) for hit in hits]
            first: dict[str, Saying] = {}
            for each in sorted(said, key=lambda one: one.at):
                first.setdefault(each.company, each)
            found = [(phrase, tuple(first.values()))] if first else []
        else:
            found = [(each.phrase, each.seen) for each in spread(_sayings(promises.listed(conn, Wanted())))]
    for words, seen in found:
        if as_json:
            emit({"phrase": words, "seen": [
                {"company": each.company, "document": each.document, "first_seen": each.at, "text": each.text}
                for each in seen]})  # fmt: skip
            continue
        say(f"“{one_line(words, 200)}”")
        for each in seen:
            say(f"  {long_date(each.at)}  {each.company}  {each.document}")
    if not as_json:
        note(f"{counted(len(found), 'phrase')} at {'one company or more' if phrase else 'two companies or more'}")
    return 0


def _sayings(found: Sequence[Promised]) -> list[Saying]:
    """Every wording a promise ever had, with the moment it was first seen."""
    return [
        Saying(each.document.company_id, each.document.slug, event.sight.at, event.after)
        for each in found
        for event in each.entry.happenings
        if event.after
    ]


# --- a sentence taken apart ----------------------------------------------------------------------------------------


def read(sentence: str, lead_in: str, *, as_json: bool) -> int:
    """What one sentence says, dimension by dimension, and what it does not say."""
    frame = lexicon().frame(sentence, lead_in=lead_in)
    holds = lexicon().holds_commitment(sentence, lead_in=lead_in)
    if as_json:
        emit({"sentence": frame.sentence, "lang": frame.lang, "commitment": holds and frame.is_commitment,
              "says": [list(pair) for pair in frame.read_out()], "not_said": list(frame.not_said()),
              "knowledge": frame.knowledge, "remedy": frame.remedy, "tier": frame.tier})  # fmt: skip
        return 0
    for name, words in frame.read_out():
        say(f"{name:<12} {one_line(words, 300)}")
    say(f"{'not said':<12} {'; '.join(frame.not_said()) or 'nothing that we look for'}")
    return 0


def _names(conn: Connection, company_id: str) -> tuple[str, ...]:
    company = sources.company_by_id(conn, company_id)
    return (company.name, *company.aliases) if company else ()
