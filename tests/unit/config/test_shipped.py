"""The files that ship: the starter list of companies, the routes, the examples."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from core.config.routes import console_routes, parse_routes
from core.config.settings import parse_settings
from core.config.sources import Watchlist, parse_sources
from core.config.yamlfile import read_yaml
from monitor.home import starter_files

ROOT = Path(__file__).resolve().parents[3]
BUILT = frozenset({"page", "pdf", "feed", "listing", "sitemap"})


@pytest.fixture(scope="module")
def shipped() -> Watchlist:
    return parse_sources((ROOT / "sources.yaml").read_text(encoding="utf-8"), built_kinds=BUILT)


def test_the_whole_starter_list_is_there(shipped: Watchlist) -> None:
    assert (len(shipped.companies), len(shipped.sources), len(shipped.registries)) == (60, 134, 7)
    assert Counter(source.kind for source in shipped.sources) == {
        "page": 46,
        "sec": 40,
        "listing": 29,
        "feed": 13,
        "cninfo": 4,
        "pdf": 1,
        "hkex": 1,
    }
    assert shipped.companies[0].name == "Thermo Fisher Scientific"


def test_fifteen_sources_met_in_public_copies_are_switched_on(shipped: Watchlist) -> None:
    assert [source.id for source in shipped.enabled] == [
        "thermo-fisher/feed",
        "thermo-fisher/ethics",
        "thermo-fisher/modern-slavery",
        "thermo-fisher/modern-slavery-2",
        "qiagen/human-rights-2",
        "axis/listing",
        "motorola-solutions/human-rights",
        "microsoft/human-rights",
        "alphabet/ai-principles",
        "openai/usage-policies",
        "apple/human-rights",
        "nike/xinjiang",
        "hm/due-diligence",
        "adidas/listing",
        "basf/xinjiang",
    ]
    assert {source.confidence for source in shipped.enabled} == {"seen"}
    assert all(source.url.startswith("https://") for source in shipped.enabled)


def test_the_starter_list_says_what_the_reference_says(shared: Path, shipped: Watchlist) -> None:
    text = (shared / "domain" / "sources-seed.yaml").read_text(encoding="utf-8")
    reference = parse_sources(text, built_kinds=BUILT)
    assert shipped.companies == reference.companies
    assert [(source.id, source.url, source.note) for source in shipped.sources] == [
        (source.id, source.url, source.note) for source in reference.sources
    ]
    assert reference.enabled == ()


def test_the_shipped_routes_send_everything_to_the_console(shipped: Watchlist) -> None:
    text = (ROOT / "routes.yaml").read_text(encoding="utf-8")
    routes = parse_routes(text, companies=shipped.company_ids, topics=shipped.topics)
    assert routes.default == ("console",)
    assert routes.routes == ()
    assert [target for _, target in routes.targets()] == [target for _, target in console_routes().targets()]


def with_examples(text: str) -> str:
    """The file as it is when every example in it is switched on."""
    text = text.removeprefix("# yaml-language-server: $schema=docs/reference/routes.schema.json\n")
    return re.sub(r"^( *)# (?=( *[a-z_-]+:|  |- ))", r"\1", text, flags=re.MULTILINE)


def test_the_examples_in_the_routes_are_sound(shipped: Watchlist) -> None:
    text = with_examples((ROOT / "routes.yaml").read_text(encoding="utf-8"))
    routes = parse_routes(text, companies=shipped.company_ids, topics=shipped.topics)
    assert (len(routes.receivers), len(routes.routes), len(routes.routes[2].routes)) == (5, 3, 1)


def test_the_example_settings_say_nothing_and_every_line_of_them_is_sound() -> None:
    text = (ROOT / "settings.example.yaml").read_text(encoding="utf-8")
    assert read_yaml(text, "settings.example.yaml").data == {}
    settings = parse_settings(with_examples(text), environ={})
    assert read_yaml(with_examples(text), "x").data.keys() == {
        "data",
        "database",
        "fetch",
        "browser",
        "web",
        "slack",
        "mail",
        "readers",
        "alerts",
        "disk",
    }
    plain = parse_settings("", environ={})
    assert settings.readers == plain.readers
    assert settings.alerts == plain.alerts
    assert settings.fetch.model_copy(update={"contact": None, "allow_private": []}) == plain.fetch


def test_the_starter_files_of_a_new_home_are_sound() -> None:
    starter = starter_files()
    assert list(starter) == ["sources.yaml", "routes.yaml", "settings.yaml"]
    watchlist = parse_sources(starter["sources.yaml"], built_kinds=BUILT)
    assert [source.id for source in watchlist.enabled] == [
        "thermo-fisher-scientific/ethics",
        "thermo-fisher-scientific/feed",
    ]
    more = parse_sources(with_examples(starter["sources.yaml"]), built_kinds=BUILT)
    assert [source.id for source in more.sources[2:]] == ["acme/page"]
    for text in (starter["routes.yaml"], with_examples(starter["routes.yaml"])):
        parse_routes(text, companies=watchlist.company_ids, topics=watchlist.topics)
    assert starter["settings.yaml"] == (ROOT / "settings.example.yaml").read_text(encoding="utf-8")
