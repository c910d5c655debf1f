"""Why rules stay silent on a text: what nearly fired, and what stood in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.query.passage import NOWHERE, Standing
from core.rules.model import Rule
from core.rules.ruleset import RuleSet
from core.text.fold import fold
from core.text.pattern import compile_re2

FARTHEST = 10_000


def silences(rules: RuleSet, text: str, at: Standing = NOWHERE) -> dict[str, str]:
    """Each rule that does not fire on the text where it stands, with the reason; "none of its terms stands here" for most."""
    fired = {hit.rule for hit in rules.match(text, at=at)}
    silent = [rule for rule in rules.rules if rule.id not in fired]
    loosened = [part for rule in silent for part in _loosened(rule)]
    packs = tuple(replace(pack, rules=tuple(part for part in loosened if part.pack == pack.id)) for pack in rules.packs)
    apart = RuleSet(packs, "").match(text, at=None)
    hits = {hit.rule: tuple(text[start:end] for start, end in hit.spans) for hit in apart}
    anywhere = {hit.rule: tuple(text[start:end] for start, end in hit.spans) for hit in rules.match(text, at=None)}
    return {rule.id: _elsewhere(rule, anywhere.get(rule.id)) or _why(rule, text, hits) for rule in silent}


def _elsewhere(rule: Rule, found: tuple[str, ...] | None) -> str:
    """Why the words of a rule, which stand here, do not count at this place; empty where they do not stand."""
    if not rule.has_words:
        return f"it looks for no words, only for: {rule.when.in_words()}"
    if not found:
        return ""
    asks = rule.when.in_words() if rule.when.asks_place else f"its query, {rule.query}"
    return f"{_quoted(found)} stands here, and not where it is asked for: {asks}"


def _loosened(rule: Rule) -> Iterator[Rule]:
    """The rule without what may stand in its way, one obstacle each."""
    yield replace(rule, id=f"{rule.id}#unless", unless=())
    yield replace(rule, id=f"{rule.id}#cased", cased=())
    yield replace(rule, id=f"{rule.id}#bare", unless=(), cased=())
    for number, near in enumerate(rule.nears):
        bare = replace(rule, phrases=(), regexes=(), nears=(), query="", unless=(), cased=())
        yield replace(bare, id=f"{rule.id}#far{number}", nears=(replace(near, within=FARTHEST, ordered=False),))
        yield replace(bare, id=f"{rule.id}#a{number}", regexes=near.a)
        yield replace(bare, id=f"{rule.id}#b{number}", regexes=near.b)


def _why(rule: Rule, text: str, hits: dict[str, tuple[str, ...]]) -> str:
    if found := hits.get(f"{rule.id}#unless"):
        data = fold(text).text.encode()
        stands = next((each.source for each in rule.unless if compile_re2(each.re2).search(data)), "")
        return f"{_quoted(found)} stands here, and so does its unless, /{stands}/"
    if found := hits.get(f"{rule.id}#cased"):
        return f"{_quoted(found)} stands here, and not written as {', '.join(rule.cased)}"
    if found := hits.get(f"{rule.id}#bare"):
        return f"{_quoted(found)} stands here; its unless and its cased words both forbid it"
    for number, near in enumerate(rule.nears):
        if found := hits.get(f"{rule.id}#far{number}"):
            order = " in this order" if near.ordered else ""
            return f"{_quoted(found)} stand here, not within {near.within} words{order}"
        first, second = hits.get(f"{rule.id}#a{number}"), hits.get(f"{rule.id}#b{number}")
        if first and second:
            return f"{_quoted(first)} and {_quoted(second)} stand here, in different sentences"
        if first or second:
            return f"{_quoted(first or second or ())} stands here, and nothing of what must stand near it"
    return "no passage answers its query" if rule.query and not rule.phrases else "none of its terms stands here"


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in dict.fromkeys(words))
