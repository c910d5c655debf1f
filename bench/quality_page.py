"""What was measured, as Markdown: figures beside their aims, every miss and alarm with its judgement. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from bench.alarms import NOT_JUDGED, Judgement, Shown, key_of, tally
from bench.completeness import Held
from bench.corpus import CHECKING, DEVELOPMENT, Score
from bench.cost import Comparing, Reading
from bench.episodes import Episode
from bench.own_changes import OwnChanges

EVERYTHING: Final = "all"
COLUMNS: Final = (EVERYTHING, DEVELOPMENT, CHECKING)
ALARM_PAGES: Final = {DEVELOPMENT: "quality-alarms.md", CHECKING: "quality-alarms-checking.md"}
NEAR_RAW: Final = 0.005
NOTHING: Final = "—"

INTRO: Final = """\
# Quality: what is found, what is missed, what is said for nothing

Written by `./run quality`; not to be edited. The shared corpus holds {histories} histories of real policy pages with
{captures} captures, and labels that say of {pairs} pairs of neighbouring captures whether the policy's words changed.
They are imported with `onrecord archive import`, default settings, no selectors, and scored by the corpus's own script.

The histories are divided by service. A fourth of the services is *only for checking*: nobody looks at its pages or its
alarms while the program is being written. Where the last column is much worse than the one before it, pages were
learned instead of reasons. Extractor `{extractor}`, grader `{grader}`.
"""

PEERS: Final = """\
Other programs on the same pairs, all of which found every real change: changedetection.io 602 false alarms, 313 with
its option to subtract header, footer and navigation, webchanges 712, urlwatch 1,216.
"""

AFTER_READING: Final = """\
## The alarms, read

The labels follow an extract that people selected; an alarm on a pair labelled false may still be a real change of
wording outside it, and such a change must not be hidden. So each is read and judged: *real*, or *noise* and why. The
words before and after stand in {pages}.
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything one run found. ``scores`` by part, ``shown`` by alarm, ``part_of`` by history, ``notes`` ready to
    stand at the end of the page."""

    scores: Mapping[str, Score]
    judged: Mapping[str, Judgement]
    shown: Mapping[str, Shown]
    part_of: Mapping[str, str]
    captures: int
    readers: tuple[str, str]  # extractor, grader
    held: Sequence[Held]
    episodes: Sequence[Episode]
    unnamed: Sequence[Episode]
    reading: Reading
    comparing: Comparing
    own: OwnChanges
    notes: Sequence[str] = ()


def pages(found: Measured) -> dict[str, str]:
    """The pages by file name under docs/."""
    sections = (
        _intro(found),
        _figures(found),
        PEERS,
        _by_kind(found),
        _after_reading(found),
        _misses(found),
        _bad_captures(found),
        _completeness(found),
        _cost(found),
        _own_changes(found.own),
        *found.notes,
    )
    listed = {name: alarm_page(found, part) for part, name in ALARM_PAGES.items() if part in found.scores}
    return {"quality.md": "\n".join(section.rstrip("\n") + "\n" for section in sections if section), **listed}


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; a bar inside a cell does not end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def share(part: float, whole: float, digits: int = 1) -> str:
    """``12 of 345 (3.5 %)``; a dash where there is nothing to count."""
    return f"{part:,} of {whole:,} ({100 * part / whole:.{digits}f} %)" if whole else NOTHING


def _intro(found: Measured) -> str:
    figures = found.scores[EVERYTHING].figures
    return INTRO.format(
        histories=figures["histories"],
        captures=f"{found.captures:,}",
        pairs=f"{figures['changes'] + figures['noise pairs']:,}",
        extractor=found.readers[0],
        grader=found.readers[1],
    )


def _columns(found: Measured) -> list[str]:
    return [part for part in COLUMNS if part in found.scores]


# --- what the script says ------------------------------------------------------------------------------------------

Figures = Mapping[str, Any]
FIGURES: Final[tuple[tuple[str, str, Callable[[Figures], str]], ...]] = (
    (
        "changes not seen before that alerted",
        "≥ 99 %",
        lambda said: share(*said["not seen before, alerted"]),
    ),
    ("changes shown (substantive, variant, reordered)", "100 %", lambda said: share(said["shown"], said["changes"])),
    ("… of them one or two captures late", "", lambda said: f"{said['shown late']}"),
    ("returns to an earlier text that alerted", "", lambda said: share(*said["returns to earlier text, alerted"])),
    (
        "false alarms, by the labels alone",
        "≤ 0.2 % after reading",
        lambda said: share(said["false alarms"], said["noise pairs"], 2),
    ),
    (
        "false pairs called variant or reordered",
        "≤ 2 %",
        lambda said: share(said["false pairs shown quietly"], said["noise pairs"], 2),
    ),
    ("changes blamed on bad captures", "0", lambda said: f"{said['changes blamed on bad captures']}"),
    ("claims that a document is gone", "0", lambda said: f"{said['gone claims']}"),
    (
        "good captures graded bad",
        "≤ 1 %",
        lambda said: share(said["good captures refused"], said["good captures"], 2),
    ),
    (
        "good captures graded suspect",
        "≤ 2 %",
        lambda said: share(said["good captures suspect"], said["good captures"], 2),
    ),
)


def _figures(found: Measured) -> str:
    columns = _columns(found)
    rows = [(name, aim, *(cell(found.scores[part].figures) for part in columns)) for name, aim, cell in FIGURES]
    return "## Figures\n\n" + table(("", "aim", *columns), rows)


def _by_kind(found: Measured) -> str:
    kinds = found.scores[EVERYTHING].figures["by kind"]
    columns = _columns(found)
    rows = [(kind, *(_of_kind(found.scores[part], kind) for part in columns)) for kind in kinds]
    return "False alarms by kind of pair:\n\n" + table(("kind", *columns), rows)


def _of_kind(score: Score, kind: str) -> str:
    alarms, pairs = score.figures["by kind"].get(kind, (0, 0))
    return share(alarms, pairs, 2)


# --- what a reader says --------------------------------------------------------------------------------------------


def _after_reading(found: Measured) -> str:
    columns = _columns(found)
    counts = {part: tally(map(key_of, found.scores[part].alarms), found.judged) for part in columns}
    noise = {part: found.scores[part].figures["noise pairs"] for part in columns}
    rows = [
        ("alarms on pairs labelled false", *(len(found.scores[part].alarms) for part in columns)),
        ("judged real: a change of wording outside the extract", *(counts[part]["real"] for part in columns)),
        ("judged noise", *(share(counts[part]["noise"], noise[part], 2) for part in columns)),
        ("arguable", *(counts[part]["arguable"] for part in columns)),
        ("not judged", *(counts[part][NOT_JUDGED] for part in columns)),
    ]
    text = AFTER_READING.format(pages=_alarm_links(found)) + "\n" + table(("", *columns), rows)
    return text + "\n" + _causes(found)


def _alarm_links(found: Measured) -> str:
    return " and ".join(f"[{name}]({name})" for part, name in ALARM_PAGES.items() if part in found.scores)


def _causes(found: Measured) -> str:
    columns = [part for part in _columns(found) if part != EVERYTHING]
    counts: dict[str, Counter[str]] = {part: Counter() for part in columns}
    for part in columns:
        for key in map(key_of, found.scores[part].alarms):
            judgement = found.judged.get(key)
            counts[part][f"{judgement.judgement}: {judgement.because}" if judgement else NOT_JUDGED] += 1
    causes = sorted(
        {cause for each in counts.values() for cause in each}, key=lambda cause: (cause == NOT_JUDGED, cause)
    )
    rows = [(cause, *(counts[part][cause] for part in columns)) for cause in causes]
    return table(("cause", *columns), rows) if rows else ""


def _misses(found: Measured) -> str:
    score = found.scores[EVERYTHING]
    parts = ["## Misses\n"]
    lists = (
        ("Changes not shown", "every change was shown", score.missed),
        (
            "Changes not seen before that did not alert",
            "every one alerted",
            [line for line in score.without_alert if "not seen before" in line],
        ),
    )
    for title, otherwise, lines in lists:
        rows = [_judged_row(found, line) for line in lines]
        body = table(("history and pair", "part", "said", "judgement"), rows) if rows else f"None: {otherwise}.\n"
        parts.append(f"{title}:\n\n{body}")
    returns = [line for line in score.without_alert if "not seen before" not in line]
    parts.append(
        f"Returns to an earlier text without an alert: {len(returns)}, each shown as what it is unless listed above.\n"
    )
    return "\n".join(parts)


def _judged_row(found: Measured, line: str) -> tuple[str, str, str, str]:
    key = key_of(line)
    return key, found.part_of[key.split()[0]], line.rpartition(" said ")[2], judgement_of(found, key)


def judgement_of(found: Measured, key: str) -> str:
    """The judgement in words, or that there is none."""
    judgement = found.judged.get(key)
    return f"**{judgement.judgement}** ({judgement.because}): {judgement.why}" if judgement else NOT_JUDGED


def alarm_page(found: Measured, part: str) -> str:
    """Every alarm of a part: its words before and after, and its judgement."""
    lines = [
        f"# Alarms on pairs labelled false: {part}",
        "",
        "Written by `./run quality` for a reviewer; not to be edited. Quotes are cut to what moved, at most three edits",
        "each; ⟦brackets⟧ hold the words that went or came. The texts belong to their publishers and come from the",
        "histories named here, whose sources and licences the corpus lists.",
        "",
    ]
    if part == CHECKING:
        lines += ["**Only for checking.** Nothing in the program is decided by what stands on this page.", ""]
    for line in found.scores[part].alarms:
        key = key_of(line)
        lines += [f"## {key}", "", f"{line.removeprefix(key).strip()}. {judgement_of(found, key)}", ""]
        shown = found.shown.get(key)
        lines += _quoted(shown) if shown else ["The archive holds no change at that capture.", ""]
    return "\n".join(lines)


def _quoted(shown: Shown) -> list[str]:
    many = f"{shown.edits} edit" + ("" if shown.edits == 1 else "s")
    lines = [f"{shown.at:%Y-%m-%d %H:%M} UTC, {many}: {'; '.join(shown.reasons)}.", "", "```diff"]
    for quote in shown.quotes:
        lines.append(f"# {quote.act} in {quote.stream}")
        lines += [f"- {quote.before}"] if quote.before else []
        lines += [f"+ {quote.after}"] if quote.after else []
    return [*lines, "```", ""]


# --- further figures -----------------------------------------------------------------------------------------------


def _bad_captures(found: Measured) -> str:
    def untaken(episodes: Sequence[Episode]) -> str:
        return share(sum(not one.is_taken for one in episodes), len(episodes))

    rows = [
        ("as shipped", "100 %", untaken(found.episodes)),
        ("with every phrase list emptied", "≥ 90 %", untaken(found.unnamed)),
    ]
    taken = [("as shipped", one) for one in found.episodes if one.is_taken]
    taken += [("without phrases", one) for one in found.unnamed if one.is_taken]
    listed = [
        (one.history, found.part_of[one.history], f"{one.first} to {one.last}", one.what, how) for how, one in taken
    ]
    text = (
        "## Captures that are not the page\n\nEpisodes (runs of block pages, errors, empty shells, home pages) of which no"
        " capture passed for content:\n\n" + table(("", "aim", "kept out"), rows)
    )
    if listed:
        text += "\nTaken for content:\n\n" + table(("history", "part", "captures", "what was served", ""), listed)
    return text


def _completeness(found: Measured) -> str:
    def column(part: str) -> list[str]:
        held = [one for one in found.held if part in (EVERYTHING, found.part_of[one.history])]
        pages_ = [one for one in held if one.raw is not None]
        near = sum(one.ours >= (one.raw or 0.0) - NEAR_RAW for one in pages_)
        return [
            f"{len(held):,}",
            f"{median(one.ours for one in held):.4f}",
            share(near, len(pages_)),
            f"{median(one.main for one in held):.4f}",
            share(sum(one.main < one.ours - 0.02 for one in held), len(held)),
            f"{100 * median(one.beside for one in held):.1f} %",
            f"{100 * sum(one.beside for one in held) / len(held):.1f} %",
        ]

    columns = [
        part for part in _columns(found) if any(part in (EVERYTHING, found.part_of[one.history]) for one in found.held)
    ]
    rows = [
        ("captures whose state is ok", ""),
        ("policy words held by both streams, median", "≥ 0.998"),
        (f"within {NEAR_RAW} of all text nodes of the page (PDFs left out)", "≥ 95 %"),
        ("policy words held by main alone, median", ""),
        ("captures with over 2 % of the policy in the surroundings", ""),
        ("share of main that is not the policy, median", ""),
        ("share of main that is not the policy, mean", ""),
    ]
    cells = [column(part) for part in columns]
    body = table(("", "aim", *columns), [(*row, *(cell[at] for cell in cells)) for at, row in enumerate(rows)])
    return (
        "## Completeness\n\nThe policy text that people selected, counted word by word in what we read:\n\n"
        + body
        + "\n"
        + _least_held(found)
    )


def _least_held(found: Measured) -> str:
    """The histories where most words are beside us, and those that a selection calls main where we do not."""
    by_history: dict[str, list[Held]] = {}
    for one in found.held:
        by_history.setdefault(one.history, []).append(one)
    far = [
        (history, found.part_of[history], short, len(held), f"{min(one.ours for one in held):.4f}")
        for history, held in sorted(by_history.items())
        if (short := sum(one.raw is not None and one.ours < one.raw - NEAR_RAW for one in held))
    ]
    if not far:
        return ""
    return "Histories with captures further than that from the text nodes:\n\n" + table(
        ("history", "part", "captures", "of", "least"), far
    )


def _cost(found: Measured) -> str:
    reading, comparing = found.reading, found.comparing

    def times(spread: tuple[float, float, float]) -> str:
        return f"{spread[0]:.2f} ms median, {spread[1]:.1f} ms at 95 %, {spread[2]:.0f} ms longest"

    rows = [
        (
            f"reading a page, hand-over included ({reading.pages} pages, {reading.kilobytes:.0f} KB median)",
            "≤ 1.4 × a bare lxml walk",
            f"{reading.ratio:.2f} × ({reading.read:.1f} ms beside {reading.bare:.1f} ms median)",
        ),
        (
            f"comparing places ({comparing.pairs:,} pairs that differ)",
            "≤ 1 ms median, ≤ 10 ms at 95 %",
            times(comparing.places),
        ),
        ("the same with the words inside pairs", "no pair over 1 s", times(comparing.with_words)),
    ]
    return "## Cost\n\nCPU time, on whatever machine this ran:\n\n" + table(("", "aim", "measured"), rows)


def _own_changes(own: OwnChanges) -> str:
    rows = [
        ("alerts", "0", own.alerts),
        ("changes found late", "0", own.found_late),
        ("texts that differ by our doing, on record as technical", "", own.technical),
        ("captures that could not be read again", "0", own.unreadable),
    ]
    return (
        "## Our own changes\n\n"
        f"A frozen archive of {own.documents} documents, {own.captures:,} captures, read again by an extractor that is newer"
        " and spells every quotation mark and dash otherwise:\n\n" + table(("", "aim", "measured"), rows)
    )
