"""What stands behind each alarm: the words that moved, quoted briefly from the archive, with a person's judgement.

Judgements are kept in ``quality_judgements.yaml`` by history and pair; one that fits no line any more is named, so that
the file does not outlive what it speaks of. Quotes are short: the texts are other people's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from core.classify import Guard, classify
from core.commitments import parse_lexicon
from core.matching import guard_for
from core.model import Change, Reading
from core.text.words import word_diff
from monitor import app, home
from monitor.kinds import built_kinds
from storage import changes, documents

JUDGEMENTS: Final = Path(__file__).resolve().parent / "quality_judgements.yaml"
MAX_QUOTE: Final = 200  # characters of either side
MAX_EDITS: Final = 3
WORDS_OF_JUDGING: Final = ("real", "noise", "missed", "arguable")
NOT_JUDGED: Final = "not judged"

_HOST: Final = re.compile(r"(?<=\w\w)\.(?=[a-z]{2,4}\b)")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A reader's answer to one line: real (a change of wording outside the labelled extract), noise, missed, or
    arguable (the label may be read either way); ``because`` names the sort of cause, ``why`` says it in a sentence."""

    judgement: str
    because: str
    why: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Both sides of one edit, cut to what moved; moved words in ⟦brackets⟧."""

    act: str
    stream: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One change as the archive tells it: class, reasons, a few of its edits, and how many there are in all."""

    at: datetime
    change_class: str
    reasons: tuple[str, ...]
    quotes: tuple[Quote, ...]
    edits: int


def key_of(line: str) -> str:
    """``HISTORY FROM->TO`` of a line the scoring script lists."""
    history, pair = line.split()[:2]
    return f"{history} {pair}"


def read_judgements(path: Path = JUDGEMENTS) -> dict[str, Judgement]:
    """The judgements by key. Raises ValueError naming the entry that is not one."""
    found: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    judged: dict[str, Judgement] = {}
    for key, entry in found.items():
        if not re.fullmatch(r"\S+ \d+->\d+", key):
            raise ValueError(f"{path.name}: {key!r} is not HISTORY FROM->TO")
        if set(entry) != {"judgement", "because", "why"} or entry["judgement"] not in WORDS_OF_JUDGING:
            raise ValueError(
                f"{path.name}: {key}: needs judgement (one of {', '.join(WORDS_OF_JUDGING)}), because, why"
            )
        judged[key] = Judgement(entry["judgement"], entry["because"], entry["why"])
    return judged


def tally(keys: Iterable[str], judged: Mapping[str, Judgement]) -> dict[str, int]:
    """How many of these lines were judged how."""
    counts = dict.fromkeys((*WORDS_OF_JUDGING, NOT_JUDGED), 0)
    for key in keys:
        counts[judged[key].judgement if key in judged else NOT_JUDGED] += 1
    return counts


def shown_in(folder: Path, wanted: Mapping[str, Sequence[tuple[str, datetime]]]) -> Iterator[tuple[str, Shown]]:
    """(key, change) of every wanted alarm found in a home. ``wanted``: address → (key, time of the capture)."""
    place = home.Home(folder)
    loaded = home.load(place, {}, built_kinds=built_kinds())
    with app.open_archive(place, {}, loaded.settings) as archive, archive.database.read() as conn:
        lexicon = parse_lexicon(app.LEXICON.read_text(encoding="utf-8"), app.LEXICON.name)
        guard = guard_for(loaded.rules, lexicon)
        slugs = {row.url: row for row in documents.list_documents(conn)}
        for url, alarms in wanted.items():
            if url not in slugs:
                continue
            by_time = {
                stored.change.window.first_changed_at: stored for stored in changes.of_document(conn, slugs[url].id)
            }
            for key, at in alarms:
                if at in by_time:
                    change = changes.by_id(conn, by_time[at].change.id).change
                    yield key, _shown(change, at, guard)


def _shown(change: Change, at: datetime, guard: Guard) -> Shown:
    before, after = change.before, change.after
    assert before is not None
    assert after is not None
    loud = classify(before, after, change.edits, guard).carriers
    chosen = [change.edits[index] for index in loud][:MAX_EDITS]
    quotes = tuple(
        quote(
            str(edit.act),
            _text(before, edit.before),
            _text(after, edit.after),
            _streams(before, after, edit.before, edit.after),
        )
        for edit in chosen
    )
    return Shown(at, str(change.change_class), change.reasons, quotes, len(loud))


def _text(reading: Reading, places: Sequence[int]) -> str:
    return " ".join(reading.places[at].text for at in places)


def _streams(before: Reading, after: Reading, was: Sequence[int], now: Sequence[int]) -> str:
    found = {before.places[at].stream for at in was} | {after.places[at].stream for at in now}
    return " and ".join(sorted(found))


def quote(act: str, was: str, now: str, stream: str = "main") -> Quote:
    """Both sides of an edit around the first words that moved, at most ``MAX_QUOTE`` characters each."""
    left = right = ""
    for op, text in word_diff(was, now):
        if op == "same":
            left, right = left + text, right + text
        elif op == "out":
            left += _marked(text)
        else:
            right += _marked(text)
    return Quote(act, stream, _cut(left), _cut(right))


def _marked(text: str) -> str:
    bare = text.lstrip()
    return f"{text[: len(text) - len(bare)]}⟦{bare}⟧" if bare else text


def _cut(text: str) -> str:
    """At most ``MAX_QUOTE`` characters that begin a little before the first mark; hosts are not left as links."""
    flat = _HOST.sub("[.]", re.sub(r"\s+", " ", text).strip().replace("```", "'''"))
    start = max(flat.find("⟦") - 60, 0)
    if start:
        flat = "…" + flat[start:]
    return flat if len(flat) <= MAX_QUOTE else flat[: MAX_QUOTE - 1] + "…"
