"""``onrecord commitments fate | across | editions | spread | read``: promises beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from core.commitments.fate import FIRMER, SOFTER, Became, Fate
from core.text.visible import one_line
from core.wording import counted, long_date
from monitor.app import lexicon
from monitor.cache import load_home
from monitor.commands.ledger import up_to_date
from monitor.commands.output import emit, note, say
from monitor.commands.reading import document_called
from monitor.home import Home
from monitor.ledgers import topics_by
from storage import across as beside
from storage.promises import Promised

Json = dict[str, Any]

# --- fate ----------------------------------------------------------------------------------------------------------


def fate(
    home: Home, environ: Mapping[str, str], name: str, pair: tuple[int | None, int | None], *, as_json: bool
) -> int:
    """What became of each promise between two versions of a document. Raises NotFound."""
    with up_to_date(home, environ) as archive, archive.database.read() as conn:
        document = document_called(conn, name)
        before, after = beside.two_versions(conn, document, pair)
        found = beside.fate_between(conn, lexicon(), document, before, after)
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
        rows = beside.side_by_side(conn, topic, company)
    for each_company in rows:
        one, name, found = each_company.company_id, each_company.name, each_company.promises
        if as_json:
            emit({"company": one, "name": name, "topic": topic, "silent": not found,
                  "not_said": beside.nowhere_said(found), "promises": [_beside(each) for each in found]})  # fmt: skip
            continue
        say(f"{one_line(name, 80)}{'' if found else ': nothing about it'}")
        for each in found:
            where = each.document.role or each.document.kind
            say(f"  {where} · {each.document.slug} · {each.entry.key}")
            say(f"    {one_line(each.entry.now.whole, 400)}")
            said = "; ".join(f"{name}: {words}" for name, words in each.read_out if name not in ("actor", "stance"))
            say(f"    says {said or 'no more'}")
            say(f"    does not say: {'; '.join(each.not_said) or 'nothing that we look for'}")
    silent = sum(not each.promises for each in rows)
    if not as_json:
        note(f"{counted(len(rows), 'company', 'companies')}, {silent} silent about {topic}")
    return 0


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
        families, found = beside.editions_apart(conn, lexicon(), topics_of, company)
    for one, each in found:
        if as_json:
            emit({"company": one, "kind": each.kind, "what": each.what, "there": each.there, "not_here": each.here,
                  "reason": each.reason, "quote": each.quote})  # fmt: skip
            continue
        say(f"{each.kind:<8} {each.reason}")
        if each.quote:
            say(f"         “{one_line(each.quote, 300)}”")
    if not as_json:
        note(f"{counted(families, 'document')} in several languages; {counted(len(found), 'difference')}")
    return 0


# --- spread --------------------------------------------------------------------------------------------------------


def spreading(home: Home, environ: Mapping[str, str], phrase: str | None, *, as_json: bool) -> int:
    """Where a phrase was seen first, second, third; without one, every rare phrase that spread. Raises QueryError."""
    with up_to_date(home, environ) as archive, archive.database.read() as conn:
        if phrase:
            one = beside.seen_first(conn, phrase)
            found = [one] if one else []
        else:
            found = list(beside.spread_by_itself(conn))
    for each in found:
        words, seen = each.phrase, each.seen
        if as_json:
            emit({"phrase": words, "seen": [
                {"company": said.company, "document": said.document, "first_seen": said.at, "text": said.text}
                for said in seen]})  # fmt: skip
            continue
        say(f"“{one_line(words, 200)}”")
        for said in seen:
            say(f"  {long_date(said.at)}  {said.company}  {said.document}")
    if not as_json:
        note(f"{counted(len(found), 'phrase')} at {'one company or more' if phrase else 'two companies or more'}")
    return 0


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
