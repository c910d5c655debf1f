"""The engine against brute force, and the promise that every span lies in the captured text and is what matched."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import Hit
from core.rules.model import Near, Rule
from core.rules.parse import parse_packs
from core.rules.ruleset import RuleSet
from core.text.fold import fold, is_han, joins_word
from core.text.pattern import Pattern, compile_re2
from core.text.sentences import sentences

_RULES = Path(__file__).resolve().parents[3] / "rules"
_SHIPPED = parse_packs({path.name: path.read_text(encoding="utf-8") for path in _RULES.glob("*.yaml")})
_WORDS = sorted({word for pack in _SHIPPED.packs for test in pack.tests for word in test.text.split()})
_PHRASES = sorted({phrase for rule in _SHIPPED.rules for phrase in rule.phrases})
_GLUE = st.sampled_from([" ", " ", " ", " ", "-", " – ", "\u00ad", ". ", "。", "\u3000", "  ", "é", "", "’"])
_TEXTS = st.lists(
    st.tuples(st.one_of(st.sampled_from(_WORDS), st.sampled_from(_PHRASES), st.text(max_size=3)), _GLUE), max_size=30
).map(lambda parts: "".join(word + glue for word, glue in parts))


# --- brute force: every rule on every sentence, without any pre-filter ----------------------------------------------


_compiled = cache(compile_re2)


def _spans(pattern: Pattern, text: str) -> list[tuple[int, int]]:
    found = []
    for match in _compiled(pattern.re2).finditer(text.encode()):
        start, end = (len(text.encode()[:at].decode()) for at in match.span())
        found.append((start, end))
    return found


def _words_before(text: str, at: int) -> int:
    """How many words or ideographs begin before ``at``."""
    count, inside = 0, False
    for place, char in enumerate(text[:at]):
        if is_han(char):
            count, inside = count + 1, False
        elif char.isalnum() or char == "_":
            count, inside = count + (not inside), True
        else:
            inside = inside and char in "'-" and text[place + 1 : place + 2].isalnum()
            inside = inside and not is_han(text[place + 1])
    return count


def _near(near: Near, text: str) -> bool:
    def close(first: tuple[int, int], second: tuple[int, int]) -> bool:
        apart = _words_before(text, second[0] + 1) - _words_before(text, first[1])
        return first[1] <= second[0] and apart <= near.within

    pairs = [(a, b) for x in near.a for a in _spans(x, text) for y in near.b for b in _spans(y, text)]
    return any(close(a, b) or (not near.ordered and close(b, a)) for a, b in pairs)


def _phrase(phrase: str, text: str) -> bool:
    def plain(words: str) -> str:
        return " ".join(words.replace("-", " ").split())

    needle, hay = plain(fold(phrase).text), plain(text)
    at = hay.find(needle)
    while at >= 0:
        end = at + len(needle)
        before = at > 0 and joins_word(hay[at - 1]) and joins_word(needle[0])
        after = end < len(hay) and joins_word(hay[end]) and joins_word(needle[-1])
        if not before and not after:
            return True
        at = hay.find(needle, at + 1)
    return False


def _fires(rule: Rule, text: str) -> bool:
    if any(_spans(pattern, text) for pattern in rule.unless):
        return False
    return (
        any(_phrase(phrase, text) for phrase in rule.phrases)
        or any(_spans(pattern, text) for pattern in rule.regexes)
        or any(_near(near, text) for near in rule.nears)
    )


def _brute(rules: RuleSet, sentence: str) -> set[str]:
    return {rule.id for rule in rules.rules if not rule.cased and _fires(rule, sentence)}


@settings(max_examples=25)
@given(_TEXTS)
def test_the_engine_agrees_with_brute_force_on_every_sentence(text: str) -> None:
    cased = {rule.id for rule in _SHIPPED.rules if rule.cased}
    for start, end in sentences(text):
        sentence = text[start:end]
        if len(sentences(sentence)) != 1:
            continue  # it splits otherwise when it stands alone
        fired = {hit.rule for hit in _SHIPPED.match(sentence)} - cased
        assert fired == _brute(_SHIPPED, fold(sentence).text.strip(" ")), sentence


# --- spans -------------------------------------------------------------------------------------------------------


def _check_spans(hits: tuple[Hit, ...], text: str) -> None:
    for hit in hits:
        assert hit.spans
        assert list(hit.spans) == sorted(hit.spans)
        for (start, end), following in zip(hit.spans, (*hit.spans[1:], (len(text), 0)), strict=True):
            assert 0 <= start < end <= following[0] <= len(text)


@given(_TEXTS)
def test_spans_lie_in_the_captured_text_and_begin_and_end_with_words(text: str) -> None:
    hits = _SHIPPED.match(text)
    _check_spans(hits, text)
    for hit in hits:
        for start, end in hit.spans:
            quote = fold(text[start:end]).text
            assert quote == quote.strip(" ") != ""


_OWNED = [(rule.id, phrase) for rule in _SHIPPED.rules if not rule.unless and not rule.cased for phrase in rule.phrases]


@given(st.lists(st.tuples(_GLUE, st.sampled_from(_OWNED)), min_size=1, max_size=6))
def test_every_phrase_is_found_and_quoted_as_captured(parts: list[tuple[str, tuple[str, str]]]) -> None:
    text = "".join(f" {glue} {phrase} " for glue, (_, phrase) in parts)

    hits = {hit.rule: hit for hit in _SHIPPED.match(text)}

    for _, (rule, phrase) in parts:
        quotes = [" ".join(fold(text[start:end]).text.replace("-", " ").split()) for start, end in hits[rule].spans]
        plain = " ".join(fold(phrase).text.replace("-", " ").split())
        assert any(plain in quote for quote in quotes)


@given(_TEXTS, _TEXTS)
def test_spans_of_an_item_lie_in_the_item(lead_in: str, item: str) -> None:
    _check_spans(_SHIPPED.match(item, lead_in=lead_in), item)


@given(_TEXTS)
def test_hits_alone_are_kept_with_a_lead_in(item: str) -> None:
    alone = {hit.rule for hit in _SHIPPED.match(item)}
    assert alone <= {hit.rule for hit in _SHIPPED.match(item, lead_in="We will not sell:")}


@given(st.text(max_size=300))
def test_any_text_at_all_is_matched_without_trouble(text: str) -> None:
    _check_spans(_SHIPPED.match(text), text)
