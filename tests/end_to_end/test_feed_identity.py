"""Twenty stories of feeds that change their ways: what becomes of the items, told as events. A controlled clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Source
from storage import documents
from storage.schema import events
from tests.site import START, Answer, World, page, world

HOUR = timedelta(hours=1)
FEED = "https://acme.example/news/feed.xml"
SITE = "https://acme.example/news/"


@dataclass(frozen=True)
class Item:
    """An item as the feed shows it; without ``link`` its page stands at /news/<name>."""

    name: str
    title: str = ""
    guid: str | None = None
    link: str = ""
    day: int | None = 0
    page: str = ""

    @property
    def url(self) -> str:
        return self.link or SITE + self.name

    @property
    def headline(self) -> str:
        return self.title or f"Acme reports on {self.name} for the year"

    def xml(self) -> str:
        dated = (
            f"<pubDate>{format_datetime(START + timedelta(days=self.day))}</pubDate>" if self.day is not None else ""
        )
        guid = f'<guid isPermaLink="false">{self.guid}</guid>' if self.guid is not None else ""
        return f"<item><title>{self.headline}</title><link>{self.url}</link>{guid}{dated}</item>"

    def body(self) -> bytes:
        return page(self.page or f"What Acme says about {self.name} in its release.", title=self.headline)


@dataclass
class Story:
    """A feed over time. Every item's page is served unless a step says otherwise."""

    acme: World
    url: str = FEED
    seen: int = 0
    stood: list[str] = field(default_factory=list)

    def shows(self, *items: Item, gone: tuple[str, ...] = (), after: timedelta = HOUR) -> list[str]:
        """The feed shows these now; what happened since, feed and pages together."""
        xml = "".join(item.xml() for item in items)
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{xml}</channel></rss>'
        self.acme.site.shows(self.url, feed.encode(), content_type="application/rss+xml")
        for item in items:
            self.acme.site.shows(item.url, item.body())
        for url in gone:
            self.acme.site.answers.pop(url, None)
        self.acme.check(after)
        return self.news()

    def news(self) -> list[str]:
        with self.acme.database.read() as conn:
            rows = conn.execute(select(events).where(events.c.id > self.seen).order_by(events.c.id)).all()
            names = {
                key: ref.slug
                for key, ref in documents.refs(conn, [row.document_id for row in rows if row.document_id]).items()
            }
        self.seen = max([self.seen, *(row.id for row in rows)])
        return [told for row in rows if (told := _told(row, names))]

    @property
    def documents(self) -> list[str]:
        with self.acme.database.read() as conn:
            return sorted(row.url.removeprefix("https://acme.example") for row in documents.list_documents(conn))


def _told(row: object, names: dict[int, str]) -> str:
    type_, data = row.type, row.data  # type: ignore[attr-defined]  # a row of events
    if type_ == "listing.read":
        return f"{data['new']} new"
    if type_ in ("item.moved", "item.edited", "item.missing", "item.listed_again", "listing.gap"):
        return str(type_)
    if type_ == "change.detected":
        name = names[row.document_id].removeprefix("acme/")  # type: ignore[attr-defined]  # a row of events
        return f"{data['event'] or data['class']}: {name}"
    return ""


ONE, TWO, THREE = Item("one", day=3, guid="g1"), Item("two", day=2, guid="g2"), Item("three", day=1, guid="g3")


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with world(tmp_path) as acme:
        acme.watch(Source("acme/feed", "acme", "feed", FEED, every=30 * timedelta(minutes=1)))
        told = Story(acme)
        assert told.shows(ONE, TWO, THREE) == ["3 new"]
        assert told.documents == ["/news/one", "/news/three", "/news/two"]
        yield told


def test_01_nothing_happens(story: Story) -> None:
    assert story.shows(ONE, TWO, THREE) == []


def test_02_an_edited_headline_is_the_same_item_and_its_page_is_asked_again(story: Story) -> None:
    edited = Item("one", day=3, guid="g1", title="Acme corrects: a report on one")
    assert story.shows(edited, TWO, THREE) == ["item.edited", "substantive: one"]
    assert len(story.documents) == 3


def test_03_a_changed_guid_is_the_same_item(story: Story) -> None:
    assert story.shows(Item("one", day=3, guid="https://acme.example/?p=77"), TWO, THREE) == []


def test_04_all_guids_changed_at_once(story: Story) -> None:
    assert story.shows(*(Item(i.name, day=i.day, guid=f"urn:new:{i.name}") for i in (ONE, TWO, THREE))) == []


def test_05_guid_and_headline_changed_and_the_address_stayed(story: Story) -> None:
    edited = Item("one", day=3, guid="other", title="Nothing like before at all", page=ONE.body().decode())
    assert story.shows(edited, TWO, THREE)[0] == "item.edited"
    assert len(story.documents) == 3


def test_06_guid_and_address_changed_and_headline_and_date_stayed(story: Story) -> None:
    moved = Item("one", day=3, guid="other", link="https://acme.example/press/2026/one")
    assert story.shows(moved, TWO, THREE) == ["item.moved"]
    assert story.documents == ["/news/three", "/news/two", "/press/2026/one"]


def test_07_a_moved_item_whose_text_changed_on_the_way_is_a_new_version(story: Story) -> None:
    moved = Item("one", day=3, guid="g1", link="https://acme.example/press/one", page="Acme now sells to the police.")
    assert story.shows(moved, TWO, THREE) == ["item.moved", "substantive: one"]
    with story.acme.database.read() as conn:
        assert {row.slug: row.version_count for row in documents.list_documents(conn)}["acme/one"] == 2


def test_08_ten_items_with_one_guid(story: Story) -> None:
    ten = [Item(f"release-{n}", guid="0", day=10 + n) for n in range(10, 0, -1)]
    assert story.shows(*ten, ONE, TWO, THREE) == ["10 new", *(f"new: release-{n}" for n in range(10, 0, -1))]
    assert story.shows(*ten, ONE, TWO, THREE) == []
    assert len(story.documents) == 13


def test_09_a_guid_used_again_for_another_thing(story: Story) -> None:
    other = Item("recall", guid="g1", day=40, title="Product recall announced in Norway")
    assert story.shows(other, ONE, TWO, THREE) == ["1 new", "new: recall"]
    assert "/news/one" in story.documents


def test_10_a_guid_used_again_while_the_old_item_left(story: Story) -> None:
    other = Item("recall", guid="g3", day=40, title="Product recall announced in Norway")
    assert story.shows(other, ONE, TWO) == ["1 new", "new: recall"]  # three was pushed off the end
    assert len(story.documents) == 4


def test_11_from_http_to_https(tmp_path: Path) -> None:
    with world(tmp_path) as acme:
        acme.watch(Source("acme/feed", "acme", "feed", FEED, every=HOUR))
        story = Story(acme)
        plain = [Item(i.name, day=i.day, guid=i.url, link=i.url.replace("https:", "http:")) for i in (ONE, TWO)]
        assert story.shows(*plain) == ["2 new"]
        assert story.shows(*(Item(i.name, day=i.day, guid=i.url) for i in (ONE, TWO)), after=2 * HOUR) == []
        assert len(story.documents) == 2


def test_12_tracking_words_and_a_slash_in_the_address(story: Story) -> None:
    dressed = [
        Item(i.name, day=i.day, guid=f"{i.guid}x", link=f"{i.url}/?utm_source=rss&utm_medium=feed") for i in (ONE, TWO)
    ]
    assert story.shows(*dressed, THREE) == []
    assert len(story.documents) == 3


def test_13_the_feed_moved_to_another_address(story: Story) -> None:
    story.url = "https://acme.example/rss/all.xml"
    story.acme.watch(Source("acme/feed", "acme", "feed", story.url, every=HOUR))
    assert story.shows(ONE, TWO, THREE, after=2 * HOUR) == []
    assert story.shows(Item("four", day=4, guid="g4"), ONE, TWO, THREE, after=2 * HOUR) == ["1 new", "new: four"]


def test_14_the_feed_answers_from_elsewhere(story: Story) -> None:
    story.acme.site.answers[FEED] = Answer(to="https://www.acme.example/feeds/news")
    story.url = "https://www.acme.example/feeds/news"
    assert story.shows(ONE, TWO, THREE) == []
    assert story.shows(Item("four", day=4, guid="g4"), ONE, TWO, THREE) == ["1 new", "new: four"]


def test_15_an_item_falls_off_the_end(story: Story) -> None:
    assert story.shows(Item("four", day=4, guid="g4"), ONE, TWO) == ["1 new", "new: four"]
    assert story.shows(Item("four", day=4, guid="g4"), ONE, TWO) == []
    assert "/news/three" in story.documents


def test_16_an_item_is_withdrawn_and_its_page_lives(story: Story) -> None:
    assert story.shows(ONE, THREE) == ["item.missing"]
    assert story.shows(ONE, THREE) == ["unlinked: two"]
    assert story.shows(ONE, THREE) == []


def test_17_an_item_is_withdrawn_and_its_page_is_gone(story: Story) -> None:
    assert story.shows(ONE, THREE, gone=(TWO.url,)) == ["item.missing"]
    told = [line for _ in range(6) for line in story.shows(ONE, THREE, after=10 * HOUR)]
    assert told == ["gone: two"]


def test_18_the_last_item_is_withdrawn_with_nothing_new(story: Story) -> None:
    assert story.shows(ONE, TWO) == ["item.missing"]
    assert story.shows(ONE, TWO) == ["unlinked: three"]


def test_19_a_withdrawn_item_comes_back(story: Story) -> None:
    assert story.shows(ONE, THREE) == ["item.missing"]
    assert story.shows(ONE, TWO, THREE) == ["item.listed_again"]
    assert story.shows(ONE, TWO, THREE) == []


def test_20_every_item_is_new_at_once_and_some_may_have_been_missed(story: Story) -> None:
    new = [Item(f"later-{n}", day=60 + n, guid=f"n{n}") for n in (3, 2, 1)]
    told = story.shows(*new)
    assert told == ["listing.gap", "3 new", "new: later-3", "new: later-2", "new: later-1"]


def test_21_titles_that_recur_are_not_one_item(story: Story) -> None:
    monthly = [Item(f"m{n}", day=30 * n, title="Monthly report of the ombudsman of Acme", guid=f"m{n}") for n in (3, 2)]
    assert story.shows(*monthly, ONE, TWO, THREE)[0] == "2 new"
    assert len(story.documents) == 5


def test_22_the_order_is_turned_around(story: Story) -> None:
    assert story.shows(THREE, TWO, ONE) == []


def test_23_an_emptied_feed_is_an_incident_and_nothing_is_withdrawn(story: Story) -> None:
    assert story.shows() == []
    assert story.shows(ONE, TWO, THREE, after=24 * HOUR) == []
    assert len(story.documents) == 3


def test_24_no_guid_no_date_only_links(story: Story) -> None:
    bare = [Item(i.name, day=None) for i in (ONE, TWO, THREE)]
    assert story.shows(*bare) == []
    assert story.shows(Item("four", day=None), *bare) == ["1 new", "new: four"]


def test_the_stories_are_all_here() -> None:
    assert sum(name.startswith("test_") and name[5:7].isdigit() for name in globals()) == 24
