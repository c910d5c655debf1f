"""What is probably wrong with rules that read well: terms that cannot fire, were joined by a missing comma, repeat one
another, are slow; and, told what an archive holds, rules that never hit it or hit nearly everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.query.grammar import parse
from core.query.tree import And, Not, Query
from core.rules.asked import literals
from core.rules.model import Rule
from core.rules.ruleset import RuleSet
from core.text.fold import fold, is_han
from core.text.literals import skeleton_literal
from core.text.pattern import Pattern, compile_re2

BROAD: Final = 0.4  # of all passages: a rule that hits more tells nobody anything
SHORTEST_HALF: Final = 3
_COMPOUNDING: Final = ("de", "zh")  # languages that join words without a missing comma

_JOINTS: Final = (" and ", " or ", " et ", " ou ", " und ", " oder ", " y ", " e ", " o ")

Kind = str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at. ``kind``: impossible, joined, duplicate, shadowed, slow, broad, dead, nothing_to_match."""

    kind: Kind
    rule: str
    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Counted:
    """An archive as rules see it: passages in all and by language, and how many each rule and each term hit.

    ``terms`` are keyed as :func:`exploded` names them; ``words`` are the words that stand in the archive (folded).
    """

    passages: int
    by_lang: Mapping[str, int]
    rules: Mapping[str, int]
    terms: Mapping[str, int]
    words: frozenset[str] = frozenset()


def lint(rules: RuleSet, counted: Counted | None = None) -> tuple[Remark, ...]:
    """Every remark, in the order of the packs. Without ``counted`` only what needs no archive."""
    found: list[Remark] = []
    known = _Known(rules, counted)
    files = {pack.id: pack.file for pack in rules.packs}
    for rule in rules.rules:
        remarks = [*_static(rule, known), *(_by_archive(rule, counted) if counted else ())]
        found += [Remark(kind, rule.id, files[rule.pack], rule.line, message) for kind, message in remarks]
    return tuple(found)


def exploded(rules: RuleSet) -> tuple[Rule, ...]:
    """One rule for every term, named ``rule#term``, so that one pass over an archive counts each term."""
    return tuple(part for rule in rules.rules for _, part in _terms(rule))


def _terms(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Each term of a rule as people wrote it, and a rule that holds it alone."""
    bare = replace(rule, phrases=(), regexes=(), nears=(), query="")
    for phrase in rule.phrases:
        yield f"“{phrase}”", replace(bare, id=f"{rule.id}#{phrase}", phrases=(phrase,))
    for regex in rule.regexes:
        yield f"/{regex.source}/", replace(bare, id=f"{rule.id}#{regex.source}", regexes=(regex,))
    for number, near in enumerate(rule.nears, start=1):
        yield f"its near number {number}", replace(bare, id=f"{rule.id}#near {number}", nears=(near,))
    if rule.query:
        yield "its query", replace(bare, id=f"{rule.id}#query", query=rule.query)


# --- without an archive --------------------------------------------------------------------------------------------


class _Known:
    """Terms and words that are known to mean something by themselves."""

    def __init__(self, rules: RuleSet, counted: Counted | None) -> None:
        self.terms = {_plain(phrase) for rule in rules.rules for phrase in rule.phrases}
        texts = [test.text for pack in rules.packs for test in pack.tests]
        self.words = {word for text in texts for word in _words(text)}
        self.archive = counted.words if counted else frozenset()
        self.sentences = "\n".join(_plain(text) for text in texts)
        self._hits = counted.terms if counted else {}
        self._uses: dict[str, int] = {}
        for rule in rules.rules:
            for phrase in rule.phrases:
                for word in set(_plain(phrase).split()):
                    self._uses[word] = self._uses.get(word, 0) + 1

    def stands(self, rule: Rule, phrase: str) -> bool:
        """Whether somebody really writes it: it stands in a sentence of the packs or in the archive."""
        return _plain(phrase) in self.sentences or bool(self._hits.get(f"{rule.id}#{phrase}"))

    def is_word(self, word: str, *, but_once: bool = False) -> bool:
        """Whether it stands in a sentence, or in a term (``but_once``: in more than one)."""
        return word in self.words or self._uses.get(word, 0) > but_once


def _static(rule: Rule, known: _Known) -> Iterator[tuple[Kind, str]]:
    yield from _joined(rule, known)
    yield from _impossible(rule)
    yield from _repeated(rule)
    yield from _slow(rule)


def _joined(rule: Rule, known: _Known) -> Iterator[tuple[Kind, str]]:
    """Two terms that a missing comma made one."""
    for phrase in rule.phrases:
        if known.stands(rule, phrase):
            continue
        halves = _quoted_apart(phrase) or _two_terms(_plain(phrase), known) or _glued(rule, _plain(phrase), known)
        if halves:
            yield (
                "joined",
                (f"“{phrase}” reads like two terms joined by a missing comma: “{halves[0]}” and “{halves[1]}”"),
            )


def _quoted_apart(phrase: str) -> tuple[str, str] | None:
    """Quotation marks or a comma inside one entry."""
    for sign in ('" "', "' '", '", "', "', '", ", ", "，", "、"):
        first, found, last = phrase.partition(sign)
        is_prose = sign == ", " and any(joint in f" {last} " for joint in _JOINTS)  # "free, prior and informed"
        if found and not is_prose and first.strip("\"' ") and last.strip("\"' "):
            return first.strip("\"' "), last.strip("\"' ")
    return None


def _two_terms(plain: str, known: _Known) -> tuple[str, str] | None:
    """Two terms of the packs, one after the other, with or without a space."""
    for at in range(1, len(plain)):
        first, last = plain[:at].rstrip(" "), plain[at:].lstrip(" ")
        if min(len(first), len(last)) >= SHORTEST_HALF and first in known.terms and last in known.terms:
            return first, last
    return None


def _glued(rule: Rule, plain: str, known: _Known) -> tuple[str, str] | None:
    """A word nobody writes that is two words: ``greenhouse gasclimate change``."""
    if rule.lang in _COMPOUNDING or " " not in plain or any(map(is_han, plain)):
        return None
    for word in plain.split():
        if known.is_word(word, but_once=True) or word in known.archive:
            continue
        for at in range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1):
            if known.is_word(word[:at]) and known.is_word(word[at:]):
                before, _, after = plain.partition(word)
                return f"{before}{word[:at]}", f"{word[at:]}{after}"
    return None


def _impossible(rule: Rule) -> Iterator[tuple[Kind, str]]:
    unless = [(each.source, compile_re2(each.re2)) for each in rule.unless]
    for phrase in rule.phrases:
        data = fold(phrase).text.encode()
        for source, engine in unless:
            if engine.search(data):
                yield "impossible", f"“{phrase}” can never fire: the rule's own unless, /{source}/, stands in it"
    plain = " ".join(_plain(term) for term in (*rule.phrases, *(each.source for each in _patterns(rule))))
    for word in rule.cased:
        if fold(word).text not in plain:
            yield "impossible", f"cased names “{word}”, which no term of the rule holds"
    if rule.query and _contradicts(parse(rule.query)):
        yield "impossible", "its query asks for words and refuses the same words: no passage answers it"


def _contradicts(query: Query) -> bool:
    if not isinstance(query, And):
        return False
    refused = [part.part for part in query.parts if isinstance(part, Not)]
    return any(part == other for part in query.parts for other in refused) or any(map(_contradicts, query.parts))


def _repeated(rule: Rule) -> Iterator[tuple[Kind, str]]:
    seen: dict[str, str] = {}
    for phrase in rule.phrases:
        first = seen.setdefault(_plain(phrase), phrase)
        if first is not phrase:
            yield "duplicate", f"“{phrase}” stands twice in the rule" + ("" if first == phrase else f" (as “{first}”)")
    sources: set[str] = set()
    for pattern in rule.regexes:
        if pattern.source in sources:
            yield "duplicate", f"/{pattern.source}/ stands twice in the rule"
        sources.add(pattern.source)
    for phrase in rule.phrases:
        inside = next((other for other in _inside(_plain(phrase)) if other in seen), None)
        if inside is not None:
            yield "shadowed", f"“{phrase}” adds nothing: “{seen[inside]}” already finds every passage that holds it"


def _inside(plain: str) -> Iterator[str]:
    """Every shorter run of whole words (ideographs: of characters) in a term."""
    parts = list(plain) if plain and all(map(is_han, plain)) else plain.split(" ")
    glue = "" if len(parts) == len(plain) else " "
    for size in range(1, len(parts)):
        for at in range(len(parts) - size + 1):
            yield glue.join(parts[at : at + size])


def _slow(rule: Rule) -> Iterator[tuple[Kind, str]]:
    """Terms for which no literal says where to look, so that every sentence is read."""
    slow = [pattern.source for pattern in rule.regexes if not (pattern.exact or pattern.needs)]
    for near in rule.nears:
        if not any(all(each.exact or each.needs for each in side) for side in (near.a, near.b)):
            slow += [f"{near.a[0].source} near …"]
    for source in slow:
        yield "slow", f"/{source}/ names no letters that must stand there: it is run on every sentence of every text"
    if rule.query and literals(parse(rule.query)) is None:
        yield "slow", "its query names no plain word that must stand there: it is asked of every passage"


def _patterns(rule: Rule) -> Iterable[Pattern]:
    yield from rule.regexes
    for near in rule.nears:
        yield from (*near.a, *near.b)


# --- with an archive -----------------------------------------------------------------------------------------------


def _by_archive(rule: Rule, counted: Counted) -> Iterator[tuple[Kind, str]]:
    there = counted.passages if rule.lang == "any" else counted.by_lang.get(rule.lang, 0)
    if not there:
        what = "passages" if rule.lang == "any" else f"passages in {rule.lang}"
        yield "nothing_to_match", f"the archive holds no {what}: nothing can be said about this rule"
        return
    hits = counted.rules.get(rule.id, 0)
    if hits >= BROAD * counted.passages:
        yield "broad", f"hits {hits:,} of {counted.passages:,} passages ({hits / counted.passages:.0%}) of the archive"
    if not hits:
        yield "dead", f"matched nothing in {there:,} passages of the archive"
        return
    dead = [name for name, part in _terms(rule) if not counted.terms.get(part.id)]
    if dead:
        yield "dead", f"{_listed(dead)} never hit in {there:,} passages of the archive"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more terms"


def _plain(term: str) -> str:
    return skeleton_literal(fold(term).text).strip(" ")


def _words(text: str) -> set[str]:
    return {word.strip("'.,;:!?()\"“”") for word in fold(text).text.replace("-", " ").split()}
