"""sources.yaml that is right: shapes, defaults, permanent names, editions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.addresses import same_address
from core.config.sources import Registry, Watchlist, parse_sources
from core.errors import ConfigError, Problem
from core.model import Company, Source
from core.parts import Part, parts_of

BUILT = frozenset({"page", "feed"})


def parsed(text: str) -> Watchlist:
    return parse_sources(text, built_kinds=BUILT)


def ids(text: str) -> list[str]:
    return [source.id for source in parsed(text).sources]


def test_one_company_and_one_page_are_four_lines() -> None:
    text = """\
companies:
  - name: Acme
    sources:
      - url: https://acme.example/human-rights
"""
    watchlist = parsed(text)
    assert watchlist.companies == (Company(id="acme", name="Acme"),)
    assert watchlist.sources == (
        Source(
            id="acme/page",
            company="acme",
            kind="page",
            url="https://acme.example/human-rights",
            enabled=True,
            every=timedelta(hours=6),
        ),
    )
    assert watchlist.lines == {"acme/page": 4}


def test_everything_a_file_can_say_arrives() -> None:
    text = """\
schema: 1
version: 1.2
defaults:
  enabled: false
  every: {feed: 45m}
  jitter: 0
  lang: de
  sec_forms: {domestic: [10-K], foreign: [20-F]}
registries:
  - {id: reg, name: A register, url: "https://reg.example/", access: HTML, confidence: seen}
companies:
  - id: acme
    name: "  Acme   Genetics "
    aliases: [Acme Bio, 华大基因]
    tickers: ["NYSE:ACM"]
    cik: "0000000042"
    country: NL/DE
    sector: life-sciences
    topics: [dna, police-sales]
    note: a note
    sources:
      - {kind: sec, forms: [10-K, DEF 14A]}
      - kind: page
        id: acme/policy
        role: human-rights
        url: HTTPS://Acme.example/Policy?x=1#top
        enabled: true
        every: 12h
        select: main
        remove: [nav, ".share > a"]
        lang: zh-Hant
        confidence: checked
        note: another
      - {kind: feed, url: https://acme.example/feed}
      - {kind: hkex, code: "00020"}
  - {name: Bcme, langs: [en, fr]}
"""
    watchlist = parsed(text)
    assert watchlist.companies == (
        Company(
            id="acme",
            name="Acme Genetics",
            aliases=("Acme Bio", "华大基因"),
            topics=("dna", "police-sales"),
            country="NL/DE",
            langs=("de",),
            identifiers=(("cik", "0000000042"), ("ticker", "NYSE:ACM")),
        ),
        Company(id="bcme", name="Bcme", langs=("en", "fr")),
    )
    assert watchlist.sources == (
        Source(
            id="acme/sec",
            company="acme",
            kind="sec",
            url="https://data.sec.gov/submissions/CIK0000000042.json",
            enabled=False,
            every=timedelta(minutes=10),
            options=(("cik", "0000000042"), ("forms", "10-K,DEF 14A")),
        ),
        Source(
            id="acme/policy",
            company="acme",
            kind="page",
            url="HTTPS://Acme.example/Policy?x=1",
            enabled=True,
            role="human-rights",
            lang="zh-Hant",
            every=timedelta(hours=12),
            select=("main",),
            remove=("nav", ".share > a"),
            note="another",
            confidence="checked",
        ),
        Source(
            id="acme/feed",
            company="acme",
            kind="feed",
            url="https://acme.example/feed",
            enabled=False,
            every=timedelta(minutes=45),
        ),
        Source(
            id="acme/hkex",
            company="acme",
            kind="hkex",
            url="",
            enabled=False,
            every=timedelta(hours=1),
            options=(("code", "00020"),),
        ),
    )
    assert watchlist.registries == (Registry("reg", "A register", "https://reg.example/", "HTML", "seen"),)
    assert watchlist.defaults.jitter == 0
    assert watchlist.defaults.every["feed"] == timedelta(minutes=45)
    assert watchlist.defaults.every["page"] == timedelta(hours=6)
    assert watchlist.defaults.sec_forms == {"domestic": ("10-K",), "foreign": ("20-F",)}
    assert [source.id for source in watchlist.enabled] == ["acme/policy"]
    assert watchlist.company_ids == ("acme", "bcme")
    assert watchlist.topics == ("dna", "police-sales")


def test_names_without_an_id_are_role_or_kind_and_numbered_in_file_order() -> None:
    text = """\
companies:
  - name: Acme
    sources:
      - {url: "https://acme.example/1", role: ethics}
      - {url: "https://acme.example/2"}
      - {url: "https://acme.example/3", role: ethics, enabled: false}
      - {url: "https://acme.example/4", role: ethics}
      - {url: "https://acme.example/5", id: acme/ethics-2}
      - {url: "https://acme.example/6", kind: feed}
"""
    assert ids(text) == ["acme/ethics", "acme/page", "acme/ethics-3", "acme/ethics-4", "acme/ethics-2", "acme/feed"]


def test_switching_a_source_on_or_off_renames_nothing() -> None:
    def file(*switches: str) -> str:
        sources = [f'      - {{url: "https://acme.example/{n}", enabled: {on}}}\n' for n, on in enumerate(switches)]
        return "companies:\n  - name: Acme\n    sources:\n" + "".join(sources)

    assert ids(file("true", "true", "true")) == ids(file("false", "true", "false"))


def test_two_companies_may_share_an_address_and_a_role() -> None:
    text = """\
companies:
  - {name: Acme, sources: [{url: "https://group.example/", role: ethics}]}
  - {name: Bcme, sources: [{url: "https://group.example/", role: ethics}]}
"""
    assert ids(text) == ["acme/ethics", "bcme/ethics"]


def test_each_edition_is_watched_under_the_name_of_its_language() -> None:
    text = """\
companies:
  - name: Acme
    sources:
      - url: https://acme.example/en
        role: policy
        every: 2h
        select: main
        editions:
          - {url: "https://acme.example/de", lang: de}
          - {url: "https://acme.example/fr", lang: fr}
          - {url: "https://mirror.example/en"}
          - {url: "https://mirror2.example/en"}
"""
    watchlist = parsed(text)
    assert watchlist.editions == {
        "acme/policy": ("acme/policy@de", "acme/policy@fr", "acme/policy@edition", "acme/policy@edition-2")
    }
    german = watchlist.sources[1]
    assert (german.url, german.lang, german.role) == ("https://acme.example/de", "de", "policy")
    assert (german.every, german.select) == (timedelta(hours=2), ("main",))
    assert watchlist.lines["acme/policy@fr"] == 10


def test_a_key_without_a_value_counts_as_not_given() -> None:
    text = "companies:\n  - name: Acme\n    cik:\n    aliases:\n    sources:\n"
    assert parsed(text).companies == (Company(id="acme", name="Acme"),)


def test_a_central_index_key_may_be_written_as_a_number() -> None:
    text = "companies:\n  - {name: Acme, cik: 0000097745, sources: [{kind: sec}]}\n"
    [source] = parse_sources(text, built_kinds=frozenset({"sec"})).sources
    assert source.url.endswith("/CIK0000097745.json")


def test_a_kind_not_built_yet_may_wait() -> None:
    text = 'companies:\n  - {name: A, sources: [{kind: listing, url: "https://a.example/", enabled: false}]}\n'
    assert parsed(text).enabled == ()


def test_ones_own_machine_may_be_asked_every_second() -> None:
    text = 'companies:\n  - {name: A, sources: [{url: "http://127.0.0.1:8099/", every: 1s}]}\n'
    assert parsed(text).sources[0].every == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("60s", timedelta(minutes=1)),
        ("30m", timedelta(minutes=30)),
        ("6h", timedelta(hours=6)),
        ("24h", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
    ],
)
def test_durations(text: str, length: timedelta) -> None:
    found = parsed(f'companies:\n  - {{name: A, sources: [{{url: "https://a.example/", every: {text}}}]}}\n')
    assert found.sources[0].every == length


@pytest.mark.parametrize(
    "address",
    [
        "https://acme.example",
        "http://acme.example:8080/a?b=c&d[]=e",
        "https://münchen.example/über",
        "https://例え.テスト/",
        "https://[2001:db8::1]/",
        "http://intranet/policy",
        "https://acme.example/a,b;c=(d)'e",
        "https://acme.example?x",
    ],
)
def test_addresses_that_are_fine(address: str) -> None:
    assert parsed(f'companies:\n  - {{name: A, sources: [{{url: "{address}"}}]}}\n').sources[0].url == address


def test_two_spellings_of_one_address_are_the_same() -> None:
    assert same_address("HTTPS://Acme.example:443#x") == same_address("https://acme.example/")
    assert same_address("http://acme.example:443/") != same_address("https://acme.example/")
    assert same_address("https://acme.example/A") != same_address("https://acme.example/a")


def test_a_long_list_reads_in_one_pass() -> None:
    sources = "".join(f'      - {{url: "https://acme.example/{n}"}}\n' for n in range(2_000))
    found = parsed("companies:\n  - name: Acme\n    sources:\n" + sources)
    assert (len(found.sources), found.sources[-1].id) == (2_000, "acme/page-2000")


# --- any text at all ---------------------------------------------------------------------------------------------

_PIECES = r"""companies: name: sources: url: https://a.example/ kind: page select: div[ every: 6h editions: id: defaults: - {
} [ ] , : &a *a !! !x | > " ' # ? \U ~ << 0 é 1e999 .nan"""
_FRAGMENTS = st.sampled_from(
    [*_PIECES.split(), "\n", "\n  ", "- ", ": ", ", ", "\t", "---\n", "\u2028", "\x00", "\ufeff"]
)


def watchlist_or_problems(text: str) -> None:
    problems: list[Problem] = []
    try:
        sources = parsed(text).sources
    except ConfigError as error:
        problems, sources = error.problems, ()
        assert problems, "an error without a problem helps nobody"
    assert all(problem.line is None or problem.line >= 1 for problem in problems)
    assert len({source.id for source in sources}) == len(sources)


@given(st.text(max_size=200))
def test_any_text_is_a_watchlist_or_a_list_of_problems(text: str) -> None:
    watchlist_or_problems(text)


@given(st.lists(_FRAGMENTS, max_size=30).map("".join))
def test_any_pile_of_yaml_is_a_watchlist_or_a_list_of_problems(text: str) -> None:
    watchlist_or_problems(text)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | _FRAGMENTS.filter(str.isprintable),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "kind", "a"]), inner),
    max_leaves=8,
)
_KEYS = (
    "kind",
    "url",
    "cik",
    "code",
    "id",
    "role",
    "enabled",
    "every",
    "select",
    "remove",
    "lang",
    "forms",
    "editions",
)


def as_yaml(value: object) -> str:
    """Flow style, every text in quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {as_yaml(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''").replace("\n", "\n\n") + "'"
    return {None: "~", True: "true", False: "false"}.get(value, str(value))  # type: ignore[call-overload,no-any-return]  # any value may be asked for


@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=6))
def test_any_values_are_a_watchlist_or_a_list_of_problems(source: dict[str, object]) -> None:
    watchlist_or_problems(f"companies: [{{name: Acme, sources: [{as_yaml(source)}]}}]")


@given(st.text(alphabet="abdiv.#[]=~|^$*:>+()\"'\\-, \u0000\U0001f600not123has", max_size=40))
def test_any_selector_compiles_or_is_a_problem(selector: str) -> None:
    watchlist_or_problems(f"companies: [{{name: Acme, sources: [{as_yaml({'select': selector})}]}}]")


def test_a_range_names_parts_of_a_page_and_not_the_links_of_a_list() -> None:
    listing = "companies: [{name: A, sources: [{kind: listing, url: 'https://a.example/', %s: {start_before: h2, end_after: p}}]}]"
    with pytest.raises(ConfigError, match='"select" of a listing names the links of a list by CSS selectors'):
        parse_sources(listing % "select", built_kinds=frozenset({"listing"}))
    found = parse_sources(listing % "remove", built_kinds=frozenset({"listing"}))
    assert found.sources[0].remove == ('{"start_before": "h2", "end_after": "p"}',)


def test_parts_stand_at_the_host_of_the_source() -> None:
    several = "companies: [{name: A, sources: [{url: 'https://a.example/', select: main, parts: [{url: '%s'}]}]}]"
    with pytest.raises(ConfigError, match="must be at the host of the source's own address"):
        parse_sources(several % "https://b.example/2", built_kinds=frozenset({"page"}))
    found = parse_sources(several % "https://a.example/2", built_kinds=frozenset({"page"}))
    assert parts_of(found.sources[0]) == (Part("https://a.example/2", ("main",), ()),)
