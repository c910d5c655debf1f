"""Sources put into a file that people wrote: what they wrote stays as it was, to the character."""

from __future__ import annotations

import pytest

from core.config.adding import Addition, add_sources
from core.config.sources import parse_sources
from core.errors import ConfigError
from monitor.kinds import built_kinds

FILE = """\
# our list
companies:
  - name: Acme           # the first
    topics: [dna]
    sources:
      - {kind: page, url: "https://acme.example/ethics"}   # checked by Jo
      - kind: feed
        url: "https://acme.example/news.xml"

  # ask Kim about this one
  - id: other
    name: "Other: Works"
    sources: []
  - name: Third
"""


def adding(company: str, name: str, url: str, **more: object) -> Addition:
    return Addition(company, name, (("kind", "page"), ("url", url), *more.items()))


def urls(text: str) -> list[tuple[str, str]]:
    return [(source.company, source.url) for source in parse_sources(text, built_kinds=built_kinds()).sources]


@pytest.mark.parametrize("company", ["acme", "other", "third", "new-one"])
def test_every_line_that_was_there_stays(company: str) -> None:
    added = add_sources(FILE, [adding(company, "New one", "https://x.example/a", role="human-rights", note="a: b")])
    kept = [line for line in added.text.split("\n") if line in FILE.split("\n")]
    changed = {"    sources: []"} if company == "other" else set()
    assert [line for line in FILE.split("\n") if line not in changed and line not in kept] == []
    assert (company, "https://x.example/a") in urls(added.text)
    assert set(urls(FILE)) < set(urls(added.text))


def test_several_go_in_one_after_another_each_behind_what_stands() -> None:
    added = add_sources(
        FILE,
        [
            adding("acme", "Acme", "https://acme.example/1"),
            adding("acme", "Acme", "https://acme.example/2"),
            adding("fourth", "Fourth, Inc.", "https://fourth.example/", select=["main", "#a b"], enabled=False),
        ],
    )
    assert added.text.split("\n")[5:11] == [
        '      - {kind: page, url: "https://acme.example/ethics"}   # checked by Jo',
        "      - kind: feed",
        '        url: "https://acme.example/news.xml"',
        '      - {kind: page, url: "https://acme.example/1"}',
        '      - {kind: page, url: "https://acme.example/2"}',
        "",
    ]
    assert added.text.endswith(
        '  - id: fourth\n    name: "Fourth, Inc."\n    sources:\n'
        '      - {kind: page, url: "https://fourth.example/", select: [main, "#a b"], enabled: false}\n'
    )


def test_an_address_that_is_watched_already_is_not_added_again() -> None:
    added = add_sources(FILE, [adding("new", "New", "https://ACME.example:443/ethics")])
    assert (added.text, added.put, [under for _, under in added.known]) == (FILE, (), ["Acme"])


@pytest.mark.parametrize("text", ["companies: []\n", "# nothing yet\ncompanies:\n", "schema: 1\n"])
def test_an_empty_list_begins(text: str) -> None:
    added = add_sources(text, [adding("acme", "Acme", "https://acme.example/1")])
    assert urls(added.text) == [("acme", "https://acme.example/1")]


@pytest.mark.parametrize(
    "text",
    ["companies: [{name: Acme, sources: []}]\n", "companies:\n  - {name: Acme, sources: []}\n"],
)
def test_a_list_written_on_one_line_is_refused_and_says_what_to_do(text: str) -> None:
    with pytest.raises(ConfigError, match="written on one line, in brackets"):
        add_sources(text, [adding("acme", "Acme", "https://acme.example/1")])


def test_many_companies_at_once_old_and_new_in_any_order() -> None:
    wanted = [
        (company, f"https://{company}.example/{at}")
        for at in range(3)
        for company in ("new", "third", "acme", "late", "other")
    ]
    added = add_sources(FILE, [adding(company, company.title(), url) for company, url in wanted])
    assert set(wanted) | set(urls(FILE)) == set(urls(added.text))
    assert [line for line in FILE.split("\n") if line not in added.text.split("\n")] == ["    sources: []"]
    names = [line.strip().partition("#")[0].strip() for line in added.text.split("\n") if "name:" in line]
    assert names == ["- name: Acme", 'name: "Other: Works"', "- name: Third", "- name: New", "- name: Late"]
