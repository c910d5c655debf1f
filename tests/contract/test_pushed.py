"""Hooks as rows, on either database."""

from __future__ import annotations

from datetime import timedelta

from core.model import Company, Source
from storage import pushed, watchlist
from storage.engine import Database
from tests.archive import START

FEED = Source("acme/feed", "acme", "feed", "https://acme.example/news.xml")
OTHER = Source("acme/page", "acme", "page", "https://acme.example/ethics")


def test_a_source_has_one_hook_that_counts_once_a_minute_until_it_ends(database: Database) -> None:
    with database.write() as conn:
        watchlist.sync(conn, [Company("acme", "Acme")], [FEED, OTHER], START)
        first, other = pushed.make(conn, FEED.id, START), pushed.make(conn, OTHER.id, START)
        second = pushed.make(conn, FEED.id, START)
        assert [one.name for one in pushed.all_hooks(conn)] == [second.name, other.name]
        assert pushed.by_name(conn, first.name) is None
        assert not pushed.count_call(conn, first, START)
        calls = [pushed.count_call(conn, second, START + timedelta(seconds=at)) for at in (0, 59, 60)]
        assert calls == [True, False, True]
        assert pushed.look_soon(conn, FEED.id, "a hook", START)
        assert pushed.end(conn, FEED.id, START)
        assert [one.name for one in pushed.all_hooks(conn)] == [other.name]
        watchlist.sync(conn, [Company("acme", "Acme")], [OTHER], START)
        assert not pushed.look_soon(conn, FEED.id, "a hook", START)
