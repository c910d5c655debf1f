"""The quick question: does this passage hold a sentence that binds somebody?

What counts: a ban or a flat denial by somebody ("we do not", "suppliers must never"); an act that is over ("has
ceased"); a duty, a promise or a plan ("must", "is committed to", "plans to") with a protective act or a topic of
rights; practice told in the present ("we audit", "sites are inspected", and with a topic of rights whoever's practice
it is); a right of those affected ("users can appeal"); a duty or a habit of ours towards people who live with what a
company does ("we pay miners"); an aim with both an act and a topic. What does not: descriptions, the company's own
freedoms ("we may share"), and duties of users without such a topic.
Tuned to miss little: it reads a whole passage at once and may let one through whose words stand in two sentences.
"""

from __future__ import annotations

from functools import cache

import re2

from core.commitments.patterns import folded_pattern, loosened
from core.commitments.tongue import best_tongue
from core.commitments.vocabulary import GATES, LANGUAGES, Vocabulary
from core.commitments.wording import plain_words, with_lead_in
from core.text.fold import fold_text

MAX_READ = 20_000
"""Characters of one passage that are read; what follows in so long a passage is not asked."""

_PLAIN_SUBJECTS = "we|company|group|suppliers?|partners?|contractors?|vendors?"


class Gate:
    """One set of patterns for each language; the answer is a combination of what was seen."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._sets = {lang: _set(_parts(vocabulary, lang)) for lang in LANGUAGES}

    def holds(self, text: str, lead_in: str = "") -> bool:
        """Whether the passage (an item is read with its lead-in) holds a commitment."""
        folded = _read(with_lead_in(text, lead_in)[:MAX_READ])
        for lang in self._languages(folded):
            seen = self._seen(folded, lang)
            if seen is None or _binds(seen, is_english=lang == "en"):
                return True
        return False

    def names_topic(self, text: str) -> bool:
        """Whether the passage speaks of one of the topics of rights this lexicon knows."""
        folded = _read(text[:MAX_READ])
        found = [self._seen(folded, lang) for lang in self._languages(folded)]
        return any(seen is None or _TOPIC in seen for seen in found)

    def _seen(self, folded: str, lang: str) -> tuple[int, ...] | None:
        """The parts that match; None where re2 gave up: then the part that matches every text is missing."""
        matched = self._sets[lang].Match(folded) or ()
        if folded and len(_NAMES) not in matched:
            return None
        return tuple(matched)

    def _languages(self, folded: str) -> tuple[str, ...]:
        if folded.isascii() and (" the " in folded or " and " in folded or "we " in folded or " of " in folded):
            return ("en",)
        if not folded.isascii() and any("\u4e00" <= char <= "\u9fff" for char in folded):
            return ("zh",)
        best = best_tongue(self._vocabulary, set(folded.split()))
        return ("en",) if best == "en" else (best, "en")


_SECTIONS = {"topics": "topic", "subjects": "subject"}
_NAMES = (
    "ban",
    "done",
    "firm",
    "soft",
    "plain",
    "protects",
    "harms",
    "topic",
    "subject",
    "practice",
    "people",
    "habits",
)


_TOPIC = _NAMES.index("topic")


@cache
def _binds(matched: tuple[int, ...], *, is_english: bool) -> bool:
    seen = {_NAMES[at] for at in matched if at < len(_NAMES)}
    if not is_english and {"subject", "protects"} <= seen:  # there the lexicon knows few verbs, and those by subject
        return True
    acts = seen & {"protects", "harms"}
    if "ban" in seen and (acts or seen & {"topic", "subject"}):
        return True
    if "done" in seen and acts:
        return True
    if "plain" in seen:
        return True
    if "people" in seen and ("firm" in seen or "habits" in seen):
        return True
    if "firm" in seen:
        return "protects" in seen or "topic" in seen
    if "practice" in seen and "topic" in seen:
        return True
    return "soft" in seen and "protects" in seen and "topic" in seen


def _parts(vocabulary: Vocabulary, lang: str) -> dict[str, list[str]]:
    """The patterns of each name in ``_NAMES`` for one language."""
    parts: dict[str, list[str]] = {name: [] for name in _NAMES}
    for pattern, cue in vocabulary.sieves[lang].sources:
        if cue.dimension == "modality":
            name = "done" if cue.tier == 7 else "ban" if cue.tier == 6 else "firm" if cue.tier >= 3 else "soft"
            parts[name if cue.tier >= 1 else "topic"].append(pattern)
        elif cue.dimension == "group":
            parts["harms" if cue.value.endswith("harm") else "protects"].append(pattern)
    for section in GATES:
        name = _SECTIONS.get(section, section)
        parts[name] += [folded_pattern(pattern) for pattern in vocabulary.gates.get(section, {}).get(lang, ())]
    if lang == "en":
        parts["ban"] += [r"\b(?:won't|don't|doesn't|can't|isn't|aren't|mustn't|haven't|hasn't|didn't)\b"]
        protect = [
            form for form, (_, group) in vocabulary.actions.items() if group.role != "harm" and not group.is_noun
        ]
        harm = [form for form, (_, group) in vocabulary.actions.items() if group.role == "harm"]
        parts["protects"].append(rf"\b(?:{'|'.join(sorted(protect))})\b")
        parts["harms"].append(rf"\b(?:{'|'.join(sorted(harm))})\b")
        present = "|".join(sorted(form for form in protect if not form.endswith(("ing", "ed"))))
        parts["plain"].append(rf"\b(?:{_PLAIN_SUBJECTS})(?: \w+ly)? (?:{present})\b")
        participles = "|".join(sorted(form for form in protect if form.endswith("ed")))
        parts["plain"].append(rf"\b(?:is|are|be) (?:\w+ly )?(?:{participles})\b")
    return parts


def _read(text: str) -> str:
    """The folded text, contractions written out: "we're committed" is "we are committed"."""
    return plain_words(fold_text(text))


def _set(parts: dict[str, list[str]]) -> re2.Set:
    """All parts as one automaton. Unlike the sieve it keeps word borders: folded Latin text is ASCII."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = 64 << 20
    made = re2.Set.SearchSet(options)
    for name in _NAMES:
        joined = "|".join(f"(?:{loosened(pattern, keep_borders=True)})" for pattern in parts[name])
        made.Add(joined or r"[^\x00-\x{10ffff}]")
    made.Add("(?s:.)")
    made.Compile()
    return made
