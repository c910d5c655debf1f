"""What is probably wrong with rules that read well: terms that cannot fire, were joined by a missing comma, repeat one
another, are slow, name nobody; sentences that do not hold; and, told what an archive holds, rules that never hit it or
hit nearly everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from core.config.yamlfile import nearest
from core.query.grammar import parse
from core.query.tree import And, Field, Near, Not, Or, Query, Sentence
from core.rules.asked import literals
from core.rules.joined import joined, plain
from core.rules.model import Pack, Rule
from core.rules.ruleset import RuleSet
from core.rules.when import PLACES
from core.text.fold import fold, is_han
from core.text.literals import BORDER
from core.text.pattern import Pattern, compile_re2

BROAD: Final = 0.4  # of all passages: a rule that hits more tells nobody anything

Kind = str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at. ``kind``: impossible, joined, duplicate, shadowed, slow, unknown, sentence, broad, dead,
    nothing_to_match."""

    kind: Kind
    rule: str
    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Counted:
    """An archive as rules see it: passages in all and by language, and how many each rule and each term hit.

    ``terms`` are keyed as :func:`exploded` names them; ``words`` are the words that stand in the archive (folded);
    ``years`` is how long it reaches back.
    """

    passages: int
    by_lang: Mapping[str, int]
    rules: Mapping[str, int]
    terms: Mapping[str, int]
    words: frozenset[str] = frozenset()
    years: float = 0.0


@dataclass(frozen=True, slots=True)
class Names:
    """What sources.yaml knows, by operand: companies, topics, roles and so on. An operand that is missing is not asked."""

    of: Mapping[str, frozenset[str]] = field(default_factory=dict)


def lint(rules: RuleSet, counted: Counted | None = None, names: Names | None = None) -> tuple[Remark, ...]:
    """Every remark, in the order of the packs. Without ``counted`` and ``names`` only what needs neither."""
    found: list[Remark] = []
    known = _Known(rules, counted)
    for pack in rules.packs:
        for rule in pack.rules:
            remarks = [
                *_static(rule, known),
                *_within(rule, pack),
                *(_unknown(rule, names) if names else ()),
                *(_by_archive(rule, counted) if counted else ()),
            ]
            found += [Remark(kind, rule.id, pack.file, rule.line, message) for kind, message in remarks]
        found += _sentences(rules, pack)
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
        self.terms = {plain(phrase) for rule in rules.rules for phrase in rule.phrases}
        texts = [test.text for pack in rules.packs for test in pack.tests]
        self.words = {word for text in texts for word in _words(text)}
        self.archive = counted.words if counted else frozenset()
        self.sentences = "\n".join(plain(text) for text in texts)
        self._hits = counted.terms if counted else {}
        self._uses: dict[str, int] = {}
        for rule in rules.rules:
            for phrase in rule.phrases:
                for word in set(plain(phrase).split()):
                    self._uses[word] = self._uses.get(word, 0) + 1

    def stands(self, rule: Rule, phrase: str) -> bool:
        """Whether somebody really writes it: it stands in a sentence of the packs or in the archive."""
        return plain(phrase) in self.sentences or bool(self._hits.get(f"{rule.id}#{phrase}"))

    def is_word(self, word: str, *, but_once: bool = False) -> bool:
        """Whether it stands in a sentence, or in a term (``but_once``: in more than one)."""
        return word in self.words or self._uses.get(word, 0) > but_once


def _static(rule: Rule, known: _Known) -> Iterator[tuple[Kind, str]]:
    for first, last in joined(rule, known):
        both = next((each for each in rule.phrases if _letters(each) == _letters(first + last)), f"{first} {last}")
        yield "joined", f"“{both}” reads like two terms joined by a missing comma: “{first}” and “{last}”"
    yield from _impossible(rule)
    yield from _repeated(rule)
    yield from _slow(rule)


def _letters(term: str) -> str:
    return "".join(filter(str.isalnum, plain(term)))


def _impossible(rule: Rule) -> Iterator[tuple[Kind, str]]:
    unless = [(each.source, compile_re2(each.re2)) for each in rule.unless]
    for phrase in rule.phrases:
        data = fold(phrase).text.encode()
        for source, engine in unless:
            if engine.search(data):
                yield "impossible", f"“{phrase}” can never fire: the rule's own unless, /{source}/, stands in it"
    every = " ".join(plain(term) for term in (*rule.phrases, *(each.source for each in _patterns(rule))))
    for word in rule.cased:
        if fold(word).text not in every:
            yield "impossible", f"cased names “{word}”, which no term of the rule holds"
    for pattern in _patterns(rule):
        strings = pattern.exact or pattern.needs
        if strings and all(_is_never_written(string) for string in strings):
            yield (
                "impossible",
                f"/{pattern.source}/ can never match: a text is compared with single spaces, and none between Chinese characters",
            )
    if rule.query and _contradicts(parse(rule.query)):
        yield "impossible", "its query asks for words and refuses the same words: no passage answers it"
    yield from _never_happens(rule)


def _is_never_written(string: str) -> bool:
    """Whether no folded text can hold it: two spaces, or a space between two ideographs."""
    inner = string.replace(BORDER, "")
    return "  " in inner or any(
        char == " " and 0 < at < len(inner) - 1 and is_han(inner[at - 1]) and is_han(inner[at + 1])
        for at, char in enumerate(inner)
    )


_ACTS_OF_EVENTS: Final = {"gone": ("removed", "absent"), "unlinked": ("removed", "absent"), "new": ("added",)}


def _never_happens(rule: Rule) -> Iterator[tuple[Kind, str]]:
    """Conditions that no change meets all of."""
    when = rule.when
    possible = [set(_ACTS_OF_EVENTS[event]) for event in when.event if event in _ACTS_OF_EVENTS]
    if (
        when.act
        and possible
        and len(possible) == len(when.event)
        and not any(set(when.act) & acts for acts in possible)
    ):
        yield (
            "impossible",
            f"its when asks for {' or '.join(when.event)} and for words that were {' or '.join(when.act)}: both never happen at once",
        )
    if when.act == ("present",) and (when.event or when.verdict or when.was or when.now):
        yield "impossible", "its when asks for a first look (present), in which nothing has changed yet"


def _contradicts(query: Query) -> bool:
    if not isinstance(query, And):
        return False
    refused = [part.part for part in query.parts if isinstance(part, Not)]
    asked: dict[str, str] = {}
    for part in query.parts:
        if not isinstance(part, Field) or part.name not in ("company", "kind", "role", "still"):
            continue
        if asked.setdefault(part.name, part.value) != part.value:
            return True
    return any(part == other for part in query.parts for other in refused) or any(map(_contradicts, query.parts))


def _repeated(rule: Rule) -> Iterator[tuple[Kind, str]]:
    seen: dict[str, str] = {}
    for phrase in rule.phrases:
        first = seen.setdefault(plain(phrase), phrase)
        if first is not phrase:
            yield "duplicate", f"“{phrase}” stands twice in the rule" + ("" if first == phrase else f" (as “{first}”)")
    sources: set[str] = set()
    for pattern in rule.regexes:
        if pattern.source in sources:
            yield "duplicate", f"/{pattern.source}/ stands twice in the rule"
        sources.add(pattern.source)
    engines = [(each.source, compile_re2(each.re2)) for each in rule.regexes]
    for phrase in rule.phrases:
        inside = next((other for other in _inside(plain(phrase)) if other in seen), None)
        if inside is not None:
            yield "shadowed", f"“{phrase}” adds nothing: “{seen[inside]}” already finds every passage that holds it"
            continue
        data = fold(phrase).text.encode()
        found = next((source for source, engine in engines if engine.search(data)), None)
        if found is not None:
            yield "shadowed", f"“{phrase}” adds nothing: /{found}/ already finds every passage that holds it"


def _inside(term: str) -> Iterator[str]:
    """Every shorter run of whole words (ideographs: of characters) in a term."""
    parts = list(term) if term and all(map(is_han, term)) else term.split(" ")
    glue = "" if len(parts) == len(term) else " "
    for size in range(1, len(parts)):
        for at in range(len(parts) - size + 1):
            yield glue.join(parts[at : at + size])


def _within(rule: Rule, pack: Pack) -> Iterator[tuple[Kind, str]]:
    """A rule of phrases that another rule of its pack finds every one of, at least as gravely."""
    if not rule.phrases or rule.regexes or rule.nears or rule.query or rule.when.in_words():
        return
    for other in pack.rules:
        if other is rule or not other.phrases or other.unless or other.cased or other.when.in_words():
            continue
        held = {plain(phrase) for phrase in other.phrases}
        every = all(plain(phrase) in held or held & set(_inside(plain(phrase))) for phrase in rule.phrases)
        is_graver = all(mine <= theirs for mine, theirs in zip(_ranks(rule), _ranks(other), strict=True))
        if every and is_graver and (len(held) > len(rule.phrases) or other.line < rule.line):
            yield "shadowed", f"it adds nothing: {other.id} finds every passage it finds, at least as gravely"
            return


def _ranks(rule: Rule) -> list[int]:
    order = ("info", "low", "medium", "high", "critical")
    return [order.index(severity) for severity in rule.severities]


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


def _unknown(rule: Rule, names: Names) -> Iterator[tuple[Kind, str]]:
    """Companies, topics, roles and the like that sources.yaml does not know."""
    asked = [(key, name) for key in PLACES if key != "heading" for name in getattr(rule.when, key)]
    if rule.query:
        asked += [(each.name, each.value) for each in _fields(parse(rule.query))]
    for key, name in dict.fromkeys(asked):
        known = names.of.get(key)
        if known is not None and name.casefold() not in {each.casefold() for each in known}:
            guess = nearest(name, tuple(sorted(known)))
            yield "unknown", f"no {key} is called “{name}”" + (f": did you mean “{guess}”?" if guess else "")


def _fields(query: Query) -> Iterator[Field]:
    match query:
        case Field():
            yield query
        case Not(part) | Sentence(part):
            yield from _fields(part)
        case And(parts) | Or(parts):
            for each in parts:
                yield from _fields(each)
        case Near():
            return


def _sentences(rules: RuleSet, pack: Pack) -> Iterator[Remark]:
    """The pack's own example sentences that its rules do not keep."""
    in_force = {rule.id for rule in rules.rules}
    for test in pack.tests:
        fired = {hit.rule for hit in rules.match(test.text, at=None)}
        own = {rule.id for rule in pack.rules} & fired
        wrong = [f"{rule} does not fire" for rule in test.hit if rule in in_force and rule not in fired]
        wrong += [f"{rule} fires" for rule in test.silent if rule in fired]
        if test.none:
            wrong += [f"{rule} fires" for rule in sorted(own)]
        if test.only:
            wrong += [f"{rule} fires too" for rule in sorted(own - set(test.hit))]
        for what in wrong:
            yield Remark("sentence", what.split()[0], pack.file, test.line, f"its own sentence “{test.text}”: {what}")


# --- with an archive -----------------------------------------------------------------------------------------------


def _by_archive(rule: Rule, counted: Counted) -> Iterator[tuple[Kind, str]]:
    if not rule.has_words:
        return
    there = counted.passages if rule.lang == "any" else counted.by_lang.get(rule.lang, 0)
    if not there:
        what = "passages" if rule.lang == "any" else f"passages in {rule.lang}"
        yield "nothing_to_match", f"the archive holds no {what}: nothing can be said about this rule"
        return
    hits = counted.rules.get(rule.id, 0)
    if hits >= BROAD * counted.passages:
        yield "broad", f"hits {hits:,} of {counted.passages:,} passages ({hits / counted.passages:.0%}) of the archive"
    held = f"{there:,} passages" + (f" and {counted.years:.1f} years" if counted.years else "") + " of the archive"
    if not hits:
        yield "dead", f"matched nothing in {held}"
        return
    dead = [name for name, part in _terms(rule) if not counted.terms.get(part.id)]
    if dead:
        yield "dead", f"{_listed(dead)} never hit in {held}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more terms"


def _words(text: str) -> set[str]:
    return {word.strip("'.,;:!?()\"“”") for word in fold(text).text.replace("-", " ").split()}
