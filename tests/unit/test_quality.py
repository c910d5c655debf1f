"""Measuring is measured too: parts, words, recall, judgements, quotes that stay short, and the page that is written."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from bench import alarms, corpus, quality_page
from bench.alarms import Judgement, Quote, Shown
from bench.completeness import Held, markdown_text, recall, words
from bench.corpus import Score
from bench.cost import Comparing, Reading, spread
from bench.episodes import Episode, episodes
from bench.own_changes import OwnChanges
from tests.repository import ROOT

DOCS = ROOT / "docs"


# --- parts ---------------------------------------------------------------------------------------------------------


def test_a_service_is_always_in_the_same_part() -> None:
    assert [corpus.part_of(name) for name in ("Finya", "HER", "Doctolib", "Perplexity")] == [
        "development",
        "checking",
        "development",
        "checking",
    ]


def test_groups_keep_a_service_together_and_lose_nothing() -> None:
    found = [corpus.History(f"H{n}", f"service {n % 7}", Path("x"), 10 * n + 1) for n in range(40)]
    dealt = corpus.groups(found, 2)
    assert sorted(one.id for group in dealt for one in group) == sorted(one.id for one in found)
    left, right = ({one.service for one in group} for group in dealt)
    assert left & right == set()
    weights = [sum(one.weight for one in group) for group in dealt]
    assert min(weights) > max(weights) * 0.6


def test_the_lists_of_the_scoring_script_are_read() -> None:
    printed = (
        "false alarms                       1\n"
        "false alarms of noise pairs, by kind:\n  noise (coverage)   1 of 5\n"
        "missed:\n  A 1->2 words said changed/dates_only\n"
        "changes without an alert:\n  A 1->2 not seen before said changed/dates_only\n  B 3->4 returns to earlier text said unchanged/None\n"
        "false alarms:\n  C 5->6 noise (coverage)\n"
    )
    score = corpus.read_lists({"changes": 3}, printed)
    assert score.missed == ["A 1->2 words said changed/dates_only"]
    assert len(score.without_alert) == 2
    assert score.alarms == ["C 5->6 noise (coverage)"]


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We will NOT, we say.", {"we": 2, "will": 1, "not": 1, "say": 1}),
        ("隐私政策 2024", {"隐": 1, "私": 1, "政": 1, "策": 1, "2024": 1}),
        ("l’été, _soft_", {"l": 1, "été": 1, "soft": 1}),
        ("", {}),
    ],
)
def test_words_are_folded_and_counted(text: str, expected: dict[str, int]) -> None:
    assert words(text) == Counter(expected)


def test_markdown_is_read_as_it_is_shown() -> None:
    shown = markdown_text(
        'See [our *policy*](https://a.example/x_(y) "t") and ![logo](l.png)\n\n1\\. <b>One</b> &amp; two <https://b.example>'
    )
    assert words(shown) == words("See our policy and 1 One two")


def test_recall_counts_each_word_as_often_as_it_stands() -> None:
    assert recall(words("a a b c"), words("a b b d")) == 0.5
    assert recall(words(""), words("a")) == 1.0


def test_spread_is_median_high_end_and_longest() -> None:
    assert spread([float(n) for n in range(1, 102)]) == (51.0, 96.0, 101.0)


# --- episodes ------------------------------------------------------------------------------------------------------


def test_an_episode_is_taken_when_one_capture_passed_for_content() -> None:
    meta = {"id": "H", "episodes": [{"from": 1, "to": 2, "what": "wall"}, {"from": 4, "to": 5, "what": "home page"}]}
    said = [{"status": status} for status in ("new", "failed", "suspect", "unchanged", "suspect", "changed")]
    assert [one.is_taken for one in episodes(meta, said)] == [False, True]


# --- judgements and quotes -----------------------------------------------------------------------------------------


def test_a_judgement_that_is_none_is_named(tmp_path: Path) -> None:
    page = tmp_path / "judgements.yaml"
    page.write_text("H 1->2: {judgement: perhaps, because: x, why: y}\n")
    with pytest.raises(ValueError, match=r"H 1->2: needs judgement"):
        alarms.read_judgements(page)
    page.write_text("H 1: {judgement: real, because: x, why: y}\n")
    with pytest.raises(ValueError, match="is not HISTORY FROM->TO"):
        alarms.read_judgements(page)


def test_what_nobody_judged_is_counted_as_such() -> None:
    judged = {"A 1->2": Judgement("real", "a notice", "…"), "A 3->4": Judgement("noise", "a menu", "…")}
    counts = alarms.tally(["A 1->2", "A 3->4", "A 5->6"], judged)
    assert counts == {"real": 1, "noise": 1, "missed": 0, "arguable": 0, "not judged": 1}


def test_a_quote_is_cut_to_what_moved() -> None:
    lead = "Every order is looked at by three people who meet on Tuesdays and write down why. " * 6
    quote = alarms.quote("reworded", f"{lead}We will not sell it.", f"{lead}We do not knowingly sell it.")
    assert quote.before.startswith("…")
    assert quote.before.endswith("We ⟦will⟧ not sell it.")
    assert quote.after.endswith("We ⟦do⟧ not ⟦knowingly⟧ sell it.")
    assert max(len(quote.before), len(quote.after)) <= alarms.MAX_QUOTE


def test_a_quote_is_no_link_and_ends_no_block() -> None:
    quote = alarms.quote("added", "", "Write to www.acme.example or ```now``` " + "word " * 100)
    assert "acme.example" not in quote.after or "www[.]" in quote.after
    assert "```" not in quote.after
    assert len(quote.after) == alarms.MAX_QUOTE
    assert quote.before == ""


# --- the page ------------------------------------------------------------------------------------------------------


def measured(judged: dict[str, Judgement]) -> quality_page.Measured:
    """One history with one alarm, one miss and one episode."""
    figures = {
        "histories": 1,
        "changes": 10,
        "noise pairs": 400,
        "not seen before, alerted": [8, 9],
        "returns to earlier text, alerted": [0, 1],
        "shown": 9,
        "shown late": 1,
        "false alarms": 1,
        "false pairs shown quietly": 2,
        "changes blamed on bad captures": 0,
        "gone claims": 0,
        "good captures": 410,
        "good captures refused": 0,
        "good captures suspect": 4,
        "by kind": {"noise (coverage)": [1, 100]},
    }
    score = Score(
        figures,
        missed=["H1 3->4 words said changed/dates_only"],
        without_alert=["H1 3->4 not seen before said changed/dates_only"],
        alarms=["H1 7->8 noise (coverage)"],
    )
    at = datetime.fromisoformat("2024-03-01T12:00:00+00:00")
    shown = Shown(at, "substantive", ("a passage was added",), (Quote("added", "main", "", "⟦Closed today.⟧"),), 1)
    return quality_page.Measured(
        scores={"all": score, "development": score},
        judged=judged,
        shown={"H1 7->8": shown},
        part_of={"H1": "development"},
        captures=411,
        readers=("html-1", "grade-1"),
        held=[
            Held("H1", 0, 0.99, 0.98, 0.999, 0.1),
            Held("H1", 1, 1.0, 1.0, 1.0, 0.0),
            Held("H1", 2, 0.5, 0.5, None, 0.0),
        ],
        episodes=[Episode("H1", 5, 6, "a wall", ("failed", "failed"))],
        unnamed=[Episode("H1", 5, 6, "a wall", ("failed", "changed"))],
        reading=Reading(60, 115.0, 1.2, 1.5, 1.25),
        comparing=Comparing(31, (0.1, 2.0, 7.0), (0.2, 3.0, 8.0)),
        own=OwnChanges(2, 80, 2, 0, 0, 0),
    )


def test_the_page_says_what_nobody_has_judged() -> None:
    page = quality_page.pages(measured({}))["quality.md"]
    assert "| not judged | 1 | 1 |" in page
    assert "| H1 3->4 | development | changed/dates_only | not judged |" in page


def test_the_page_sets_figures_beside_their_aims() -> None:
    judged = {
        "H1 7->8": Judgement("real", "a notice", "the office says it is closed"),
        "H1 3->4": Judgement("missed", "a stamp", "a date of validity was taken for a stamp"),
    }
    written = quality_page.pages(measured(judged))
    page = written["quality.md"]
    for line in (
        "| changes not seen before that alerted | ≥ 99 % | 8 of 9 (88.9 %) | 8 of 9 (88.9 %) |",
        "| false alarms, by the labels alone | ≤ 0.2 % after reading | 1 of 400 (0.25 %) | 1 of 400 (0.25 %) |",
        "| judged real: a change of wording outside the extract | 1 | 1 |",
        "| judged noise | 0 of 400 (0.00 %) | 0 of 400 (0.00 %) |",
        "| real: a notice | 1 |",
        "| as shipped | 100 % | 1 of 1 (100.0 %) |",
        "| with every phrase list emptied | ≥ 90 % | 0 of 1 (0.0 %) |",
        "| H1 | development | 5 to 6 | a wall | without phrases |",
        "| policy words held by both streams, median | ≥ 0.998 | 0.9900 | 0.9900 |",
        "| within 0.005 of all text nodes of the page (PDFs left out) | ≥ 95 % | 1 of 2 (50.0 %) | 1 of 2 (50.0 %) |",
    ):
        assert line in page.splitlines()
    listed = written["quality-alarms.md"]
    assert "noise (coverage). **real** (a notice): the office says it is closed" in listed
    assert "+ ⟦Closed today.⟧" in listed.splitlines()


# --- what is committed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(quality_page.ALARM_PAGES.values()))
def test_committed_quotes_are_short(name: str) -> None:
    page = DOCS / name
    blocks = re.findall(r"^```diff\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    lines = [line for block in blocks for line in block.splitlines() if line[:1] in "+-"]
    assert lines
    assert [line for line in lines if len(line) > alarms.MAX_QUOTE + 2] == []


def test_the_committed_pages_say_what_the_judgements_say() -> None:
    judged = alarms.read_judgements()
    texts = [(DOCS / name).read_text(encoding="utf-8") for name in quality_page.ALARM_PAGES.values()]
    sections = [section for text in texts for section in text.split("\n## ")[1:]]
    assert len(sections) >= 5
    for section in sections:
        judgement = judged.get(section.splitlines()[0])
        assert (judgement.why if judgement else alarms.NOT_JUDGED) in section
