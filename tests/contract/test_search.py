"""Who ever said it, since when, and is it still there; and that the index agrees with reading everything."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.errors import NotFound, QueryError
from core.model import Company, Source
from core.query.evaluate import answers, still
from core.query.grammar import parse
from core.query.passage import Life, Passage, Standing
from core.text.tokens import units
from storage import facets, fulltext, narrowing, packing, passages, search, watchlist
from storage.engine import Database
from storage.schema import passages as passages_table
from tests.archive import ACME, ETHICS, START, Page, reworded

HEDGE = "We decide after fact-specific assessments."
PROMISE = "We will not sell our instruments in Xinjiang."
DAY = timedelta(days=1)

OTHER = Company("kestrel", "Kestrel Optics")
REPORT = Source("kestrel-report", "kestrel", "page", "https://kestrel.example/report")


def answered(database: Database, query: str, limit: int = 20) -> list[search.Found]:
    with database.read() as conn:
        return search.search(conn, query, limit)


def test_an_answer_is_a_passage_with_its_life(database: Database) -> None:
    page = Page(database)
    page.shows(PROMISE, heading="Where we sell")
    page.shows(PROMISE, HEDGE, heading="Where we sell")
    page.answers_not_modified()
    page.shows(PROMISE, heading="Where we sell")
    page.answers_not_modified()
    assert answered(database, '"fact-specific assessments"') == [
        search.Found(
            passage_id=packing.passage_id(HEDGE),
            text=HEDGE,
            company_id="acme",
            company="Acme Instruments",
            document_id=page.document_id,
            document="acme/ethics",
            title="Ethics",
            url="https://acme.example/ethics.html",
            kind="page",
            heading="Where we sell",
            stream="main",
            lang="en",
            first_seen_at=START + DAY,
            last_seen_at=START + 2 * DAY,
            gone_since=START + 3 * DAY,
            still="no",
            unwatched_since=None,
            lineage=3,
            spans=((16, 41),),
            verdicts=(),
        )
    ]
    (still,) = answered(database, "xinjiang")
    assert (still.first_seen_at, still.last_seen_at, still.gone_since) == (START, START + 4 * DAY, None)


def test_a_passage_that_returned_stands_and_was_first_seen_then(database: Database) -> None:
    page = Page(database)
    page.shows(PROMISE)
    page.shows(HEDGE)
    page.shows(PROMISE)
    (found,) = answered(database, "xinjiang")
    assert (found.first_seen_at, found.last_seen_at, found.gone_since) == (START, START + 2 * DAY, None)


def test_each_document_is_an_answer_of_its_own_and_the_newest_change_comes_first(database: Database) -> None:
    acme = Page(database)
    acme.shows(PROMISE)
    kestrel = Page(database, company=OTHER, source=REPORT, day=5)
    kestrel.shows(PROMISE)
    acme.day = 9
    acme.shows(HEDGE)
    assert [(f.company, f.gone_since is None) for f in answered(database, "xinjiang")] == [
        ("Acme Instruments", False),
        ("Kestrel Optics", True),
    ]
    assert [f.document for f in answered(database, "xinjiang company:kestrel")] == ["kestrel/report"]
    assert [f.document for f in answered(database, "xinjiang -company:kestrel")] == ["acme/ethics"]
    assert len(answered(database, "xinjiang", limit=1)) == 1


def test_another_text_of_a_form_that_goes_on_is_found_too(database: Database) -> None:
    def mask_numbers(text: str) -> str:
        return "".join("#" if char.isdigit() else char for char in text)

    page = Page(database)
    page.shows("Our 7 offices.", PROMISE, mask=mask_numbers)
    page.shows("Our 9 offices.", HEDGE, mask=mask_numbers)
    (found,) = answered(database, '"9 offices"')
    assert (found.text, found.first_seen_at, found.gone_since) == ("Our 9 offices.", START, None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("人", 2),
        ("权", 1),
        ("人权", 1),
        ("员工", 1),
        ("工人", 1),
        ("人权员工", 0),
        ("権", 0),
        ("五年", 1),
        ("DNA人", 0),
    ],
)
def test_chinese_terms_of_one_and_two_characters(database: Database, query: str, expected: int) -> None:
    page = Page(database)
    page.shows("我们尊重人权。员工培训五年。", "工人DNA数据", "無関係")
    assert len(answered(database, query)) == expected


def test_accents_case_and_width_do_not_matter(database: Database) -> None:
    Page(database).shows("Nous avons CESSÉ la vente à l’étranger (ＡＢＣ).")
    for query in ("cesse", "Cessé vente", '"la vente a l etranger"', "abc", "ETRANGER"):
        assert len(answered(database, query)) == 1, query


def test_a_bad_query_is_refused(database: Database) -> None:
    with pytest.raises(QueryError, match="at character 6: the quotation"):
        answered(database, 'sell "no longer')


def test_words_of_query_languages_are_words(database: Database) -> None:
    Page(database).shows("NEAR and NOT far: it's 100% <-> & | ! quoted 'so' \\ too")
    for query in ("near", '"not far"', '"s 100"', "it's", "quoted 'so'", '"and not"', "a'b OR near", "too\\"):
        assert len(answered(database, query)) == 1, query


def test_a_very_long_passage_is_found(database: Database) -> None:
    long = "word " * 20_000 + "fact specific assessments"
    many = " ".join(f"w{number}x" for number in range(150_000)) + " fact specific assessments"
    Page(database).shows(long, many, "specific fact")
    assert len(answered(database, '"fact specific assessments"')) == 2
    assert len(answered(database, "w149999x")) == 1
    assert len(answered(database, "a" * 3000 + " OR specific")) == 3


def test_a_long_word_is_compared_whole(database: Database) -> None:
    Page(database).shows("x" * 64 + "one", "x" * 64 + "two")
    assert [found.text[-3:] for found in answered(database, "x" * 64 + "two")] == ["two"]


def test_what_is_not_committed_is_not_found(database: Database) -> None:
    with database.read() as conn:  # ends in a rollback
        passages.store(conn, {packing.passage_id(PROMISE): PROMISE}, {packing.passage_id(PROMISE): 1})
    with database.read() as conn:
        assert list(fulltext.propose(conn, parse("xinjiang"))) == []


def test_making_the_index_twice_keeps_it(database: Database) -> None:
    Page(database).shows(PROMISE)
    with database.write() as conn:
        search.create_index(conn)
    assert len(answered(database, "xinjiang")) == 1


# --- against reading everything ----------------------------------------------------------------------------------

word = st.sampled_from(
    ["sell", "not", "dna", "Xinjiang", "fact-specific", "naïve", "人", "权", "人权", "员工", "，", ".", "5"]
)
text = st.lists(word, min_size=1, max_size=7).flatmap(
    lambda words: st.lists(st.sampled_from(["", " "]), min_size=len(words), max_size=len(words)).map(
        lambda gaps: "".join(w + g for w, g in zip(words, gaps, strict=True)).strip() or "x"
    )
)
term = st.one_of(word, text.map(lambda t: f'"{t}"')).filter(lambda t: bool(units(t)))
near_part = st.one_of(
    word.filter(lambda w: bool(units(w))),
    st.sampled_from(["sel*", "xin*", "~sell", "=DNA", "=dna", "/[sx]\\w+/", '"fact specific"']),
)
placed = st.tuples(near_part, st.sampled_from(["NEAR/1", "ONEAR/2", "->/3", "NEAR/9"]), near_part).map(" ".join)
field = st.sampled_from(
    ["company:acme", "company:other", "kind:page", "lang:en", "topic:dna", "role:ethics", "still:yes", "still:no",
     "seen:2024", "seen:..2024-03-02", "seen:2024-03-03", "added:2024-03-02", "added:2024-03-05..", "removed:2024-03",
     "removed:..2024-03-03", "heading:sell", "heading:人权"]
)  # fmt: skip
query_text = st.recursive(
    st.one_of(term, near_part, placed),
    lambda part: st.one_of(
        part.map(lambda one: f"sentence:({one})"),
        st.tuples(part, field).map(lambda two: f"({two[0]}) {two[1]}"),
        st.tuples(part, field).map(lambda two: f"({two[0]}) -{two[1]}"),
        st.tuples(part, part).map(" ".join),
        st.tuples(part, part).map(" OR ".join),
        st.tuples(part, part).map(lambda two: f"({two[0]}) -({two[1]})"),
        part.map(lambda one: f"({one}) company:acme"),
    ),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(text, min_size=1, max_size=12), queries=st.lists(query_text, min_size=1, max_size=8))
def test_the_index_agrees_with_reading_everything(database: Database, texts: list[str], queries: list[str]) -> None:
    """The archive grows from example to example; every query must answer as a scan of all passages does."""
    with database.write() as conn:
        by_id = {packing.passage_id(one): one for one in texts}
        passages.store(conn, by_id, dict.fromkeys(by_id, 0))
    with database.read() as conn:
        everything = conn.execute(select(passages_table.c.id, passages_table.c.text)).all()
        for query in queries:
            tree = parse(query)
            scanned = {row.id for row in everything if answers(tree, Passage(row.text), Standing(company="acme"))}
            proposed = {key for batch in fulltext.propose(conn, tree, batches=(7,)) for key in batch}
            assert scanned <= proposed, query


# A small archive, as what each page showed at each check, a day apart; and its lives worked out by hand.

SHOWN: dict[str, list[list[str]]] = {
    "acme/ethics": [
        ["We sell DNA kits in Xinjiang.", "我们尊重人权。员工培训。", "fact-specific assessments", "Not sold here"],
        ["We sell DNA kits in Xinjiang.", "我们尊重人权。", "fact-specific assessments"],
        ["We no longer sell dna kits.", "我们尊重人权。", "Selling: not to Xinjiang. DNA stays."],
        ["We sell DNA kits in Xinjiang.", "Selling: not to Xinjiang. DNA stays.", "人 权 5"],
    ],
    "kestrel/report": [
        ["工人DNA数据", "naïve fact: specific sellers", "We sell DNA kits in Xinjiang."],
        ["工人DNA数据", "Naive 5 员工 sell, sell not", "员工人权"],
        ["Naive 5 员工 sell, sell not", "员工人权", "xinjiang NOT sold; 人权 sells"],
    ],
}
HEADING = "What we sell 人权"
ABOUT = {
    "acme/ethics": Standing("acme", ("dna",), "page", "en", "ethics"),
    "kestrel/report": Standing("kestrel", (), "page", "en", ""),
}


def lives_of(shown: list[list[str]], text: str) -> tuple[Life, ...]:
    """Each time the text stood on the page."""
    lives: list[Life] = []
    for day, texts in enumerate(shown):
        at = START + day * DAY
        stood = bool(lives) and lives[-1].stands
        if text in texts and stood:
            lives[-1] = lives[-1]._replace(last_at=at)
        elif text in texts:
            lives.append(Life(at, at, None, stands=True, heading=HEADING))
        elif stood:
            lives[-1] = lives[-1]._replace(gone_at=at, stands=False)
    return tuple(lives)


@pytest.fixture
def small(database: Database) -> Database:
    """The archive of SHOWN."""
    pages = {
        "acme/ethics": Page(database, company=ACME, source=ETHICS),
        "kestrel/report": Page(database, company=OTHER, source=REPORT),
    }
    for name, page in pages.items():
        for texts in SHOWN[name]:
            page.shows(*texts, heading=HEADING)
    return database


EVERYTHING = [
    (name, Passage(text), ABOUT[name]._replace(lives=lives_of(shown, text)))
    for name, shown in SHOWN.items()
    for text in sorted({text for texts in shown for text in texts})
] + [
    (name, Passage(HEADING), ABOUT[name]._replace(lives=tuple(life._replace(heading="") for life in lives)))
    for name, shown in SHOWN.items()
    for lives in [lives_of([[HEADING]] * len(shown), HEADING)]
]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(queries=st.lists(query_text, min_size=50, max_size=50), most_listed=st.sampled_from([0, 30_000]))
def test_a_thousand_random_queries_answer_as_reading_everything_does(
    small: Database, queries: list[str], most_listed: int
) -> None:
    """``most_listed``: passages of a time are gathered first where they are few, else looked for from its end on."""
    assert len(EVERYTHING) == 16
    with pytest.MonkeyPatch.context() as patch, small.read() as conn:
        patch.setattr(narrowing, "MOST_LISTED_LIVES", most_listed)
        for query in queries:
            tree = parse(query)
            expected = {(name, passage.text) for name, passage, where in EVERYTHING if answers(tree, passage, where)}
            found = search.search(conn, tree, 10_000)
            assert {(one.document, one.text) for one in found} == expected, query
            assert facets.facets(conn, tree) == facets.of_answers(found), query


def test_a_regular_expression_alone_reads_a_small_archive_and_refuses_a_large_one(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {found.text for found in answered(small, "/^工人/")} == {"工人DNA数据"}
    monkeypatch.setattr(search, "LARGEST_READING", 3)
    with pytest.raises(QueryError, match="put a word beside it"):
        answered(small, "/^工人/")
    assert len(answered(small, "/^工人/ DNA")) == 1
    assert len(answered(small, "/^工人/ company:kestrel")) == 1  # what stands in few documents is read
    assert answered(small, "/^工人/ company:nobody") == []


@pytest.mark.parametrize(
    ("query", "documents"),
    [
        ("dna still:yes", {"acme/ethics"}),
        ("dna still:no", {"acme/ethics", "kestrel/report"}),
        ("xinjiang removed:2024-03-02", {"kestrel/report"}),
        ("xinjiang removed:2024-03-03..2024-03-03", {"acme/ethics"}),
        ("xinjiang added:2024-03-04", {"acme/ethics"}),
        ("人权 seen:..2024-03-01", {"acme/ethics", "kestrel/report"}),
        ("员工 NEAR/2 sell", {"kestrel/report"}),
        ("topic:dna sell", {"acme/ethics"}),
        ("role:ethics 人权 lang:en kind:page heading:sell", {"acme/ethics"}),
    ],
)
def test_fields_and_operators_against_an_archive(small: Database, query: str, documents: set[str]) -> None:
    assert {found.document for found in answered(small, query)} == documents


def test_still_is_unknown_once_nobody_watches(small: Database) -> None:
    assert answered(small, "dna still:unknown") == []
    with small.write() as conn:
        watchlist.sync(conn, [ACME, OTHER], [REPORT], START + 9 * DAY)
    assert {found.document for found in answered(small, "dna still:unknown")} == {"acme/ethics"}
    assert answered(small, "dna still:yes") == []
    assert {found.unwatched_since for found in answered(small, "dna still:unknown")} == {START + 9 * DAY}


def test_what_was_brought_in_is_not_watched_since_it_was_seen_last(database: Database) -> None:
    page = Page(database)
    page.shows(PROMISE)
    with database.write() as conn:
        watchlist.sync(conn, [ACME], [], START)  # the watch ended before the capture that showed it last
    page.day = 5
    page.answers_not_modified()
    (found,) = answered(database, "xinjiang")
    assert (found.still, found.last_seen_at, found.unwatched_since) == ("unknown", START + 5 * DAY, START + 5 * DAY)


# --- counting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["sell", "人权", "员", "sell OR 工人", "sell -xinjiang", "sell still:no", '="DNA"', "sell NEAR/2 dna", "dna added:2024-03-02..",
     "sell (company:acme OR company:kestrel) -still:yes", "sel* 5", "sentence:(sell -dna)"],
)  # fmt: skip
def test_counts_are_those_of_reading_everything(small: Database, query: str) -> None:
    tree = parse(query)
    found = [(name, passage, where) for name, passage, where in EVERYTHING if answers(tree, passage, where)]
    with small.read() as conn:
        counted = facets.facets(conn, tree)
    assert (counted.total, counted.is_least) == (len(found), False)
    assert {key: count for key, _, count in counted.companies} == Counter(where.company for _, _, where in found)
    assert counted.still == sum(still(where) == "yes" for _, _, where in found)
    assert sum(year.came for year in counted.years) == len(found)
    if found:
        assert counted.first is not None
        assert counted.first.at == min(life.first_at for _, _, where in found for life in where.lives)
        assert counted.last is not None
        assert counted.last.at == max(life.last_at for _, _, where in found for life in where.lives)


def test_more_answers_than_are_counted_are_called_the_least(small: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "MOST_COUNTED", 2)
    monkeypatch.setattr(facets, "MOST_READ", 3)
    with small.read() as conn:
        counted = facets.facets(conn, parse("dna"))
        read = facets.facets(conn, parse("dna NEAR/9 sell OR dna"))
    assert counted.is_least
    assert counted.first is not None
    assert counted.first.at == START  # though only the passages stored last were counted
    assert (read.total, read.is_least) == (3, True)


@pytest.mark.parametrize("most_listed", [0, 30_000])
def test_the_oldest_of_a_time_is_told_though_only_the_newest_are_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch, most_listed: int
) -> None:
    page = Page(database)
    for day in range(9):
        page.shows(f"We sell kits on day {day}.", HEDGE)
    monkeypatch.setattr(facets, "MOST_COUNTED", 2)
    monkeypatch.setattr(facets, "OLDEST", 1)
    monkeypatch.setattr(narrowing, "MOST_LISTED_LIVES", most_listed)
    with database.read() as conn:
        counted = facets.facets(conn, parse("kits added:2024-03-03..2024-03-08"))
        proposed = list(
            fulltext.propose(conn, parse("kits"), narrowing.narrowed(conn, parse("kits seen:..2024-03-03")))
        )
    assert (counted.total, counted.is_least) == (3, True)
    assert counted.first is not None
    assert counted.last is not None
    assert (counted.first.at, counted.last.at) == (START + 2 * DAY, START + 7 * DAY)
    assert proposed == [[packing.passage_id(f"We sell kits on day {day}.") for day in (2, 1, 0)]]


def test_who_of_the_chosen_companies_never_said_it(small: Database) -> None:
    with small.read() as conn:
        silent = facets.never_said(conn, parse("工人"), ["kestrel", "acme", "acme"])
        spoke = facets.never_said(conn, parse("sell"), ["acme", "kestrel"])
        with pytest.raises(NotFound, match="no company 'nobody'"):
            facets.never_said(conn, parse("sell"), ["nobody"])
        assert facets.companies_kept(conn) == ["acme", "kestrel"]
    assert [(one.company_id, one.documents, one.since) for one in silent] == [("acme", 1, START)]
    assert spoke == []


def test_many_answers_come_as_they_are_found_and_few_in_order_of_change(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small.read() as conn:
        few = [found.text for found in search.stream(conn, "dna")]
        monkeypatch.setattr(search, "SORTED", 1)
        many = [found.text for found in search.stream(conn, "dna")]
    assert len(few) == 5
    assert sorted(few) == sorted(many)
    assert many[0] == "工人DNA数据"  # stored last


def test_how_many_wordings_an_answer_has_had(database: Database) -> None:
    page = Page(database)
    page.shows(PROMISE, "One more passage that stays.")
    page.shows("We will not knowingly sell there.", "One more passage that stays.", edits=[reworded(0, 0)])
    page.shows("We will not sell there.", "One more passage that stays.", edits=[reworded(0, 0)])
    with database.read() as conn:
        found = {one.text: one for one in search.search(conn, "sell OR stays")}
        counted = search.wordings(conn, found.values())
    assert [
        counted[one.document_id, one.lineage] for one in (found[PROMISE], found["One more passage that stays."])
    ] == [3, 1]


def test_a_query_without_a_word_is_read_whole_where_somebody_hears_how_far_it_is(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LARGEST_READING", 3)
    heard: list[tuple[int, int]] = []
    with small.read() as conn:
        found = list(search.stream(conn, "/^工人/", heard=lambda done, total: heard.append((done, total))))
        assert [one.text for one in found] == ["工人DNA数据"]
        assert [done for done, _ in heard] == [14]
        with pytest.raises(QueryError, match="have to be read one by one"):
            next(search.stream(conn, "/^工人/"))
