"""Parsed configuration kept from one start to the next: the same values, and never stale ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor import cache
from monitor.home import Home
from tests.repository import ROOT


@pytest.fixture
def full_home(home: Path) -> Home:
    """The list that comes with the program, with every sort of entry."""
    (home / "sources.yaml").write_text((ROOT / "sources.yaml").read_text())
    (home / "data").mkdir(mode=0o700)
    return Home(home)


def test_what_was_kept_is_what_was_parsed(full_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = cache.load_home(full_home, {})
    assert (full_home.path / "data" / cache.NAME).stat().st_mode & 0o777 == 0o600

    def never(*_given: object, **_more: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr("monitor.home.parse_sources", never)
    monkeypatch.setattr("monitor.home.parse_packs", never)
    kept = cache.load_home(full_home, {})
    assert kept.watchlist == parsed.watchlist
    assert len(kept.watchlist.sources) > 100
    assert kept.rules.to_plain() == parsed.rules.to_plain()
    assert kept.digests == parsed.digests


def test_an_edit_is_parsed(full_home: Home) -> None:
    cache.load_home(full_home, {})
    full_home.sources.write_text("companies: [{name: Acme, sources: [{url: 'https://acme.example/'}]}]\n")
    assert [source.id for source in cache.load_home(full_home, {}).watchlist.sources] == ["acme/page"]


@pytest.mark.parametrize("broken", ["", "{}", "[]", '{"mark": 1}', "\x00", '{"mark": '])
def test_a_broken_file_is_not_used(full_home: Home, broken: str) -> None:
    parsed = cache.load_home(full_home, {})
    path = full_home.path / "data" / cache.NAME
    mark = json.loads(path.read_text())["mark"]
    path.write_text(broken)
    assert cache.load_home(full_home, {}).watchlist == parsed.watchlist
    path.write_text(json.dumps({"mark": mark, "watchlist": {"companies": 7}, "rules": {}, "digests": {}}))
    assert cache.load_home(full_home, {}).watchlist == parsed.watchlist


def test_without_a_data_folder_nothing_is_kept(home: Path) -> None:
    (home / "sources.yaml").write_text("companies: []\n")
    cache.load_home(Home(home), {})
    assert not (home / "data").exists()


def test_what_was_read_before_there_was_a_data_folder_is_left_for_the_next_start(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "sources.yaml").write_text("companies: [{name: Acme, sources: [{url: 'https://acme.example/'}]}]\n")
    loaded = cache.load_home(Home(home), {})
    assert not (home / "data").exists()
    Home(home).make_data(loaded.settings)
    cache.keep(loaded)

    def never(*_given: object, **_more: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr("monitor.home.parse_packs", never)
    assert cache.load_home(Home(home), {}).watchlist == loaded.watchlist
