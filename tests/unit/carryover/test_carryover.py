"""Watch lists of other programs: what becomes a source, and what is left behind by name."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest

from core.carryover import FORMATS, carry_over
from core.carryover.found import NotThisFormat
from core.parts import Part


def left(carried: object) -> list[tuple[str, str]]:
    return [(each.what, each.why) for each in carried.left]  # type: ignore[attr-defined] # of a Carried


# --- OPML -----------------------------------------------------------------------------------------------------------

OPML = b"""<?xml version="1.0"?>
<opml version="2.0"><head><title>mine</title></head><body>
<outline text="Acme">
  <outline text="News" type="rss" xmlUrl="https://acme.example/feed.xml"/>
  <outline text="Broken" type="rss" xmlUrl="ftp://acme.example/feed.xml"/>
  <outline text="Ethics" type="link" url="https://acme.example/ethics"/>
</outline>
<outline text="Alone" type="rss" xmlUrl="https://www.alone.example/rss"/>
</body></opml>"""


def test_opml_feeds_belong_to_the_outline_above_them() -> None:
    found = carry_over(OPML, "mine.opml")
    assert [(each.kind, each.company, each.url, each.where) for each in found.found] == [
        ("feed", "Acme", "https://acme.example/feed.xml", "mine.opml:4"),
        ("page", "Acme", "https://acme.example/ethics", "mine.opml:6"),
        ("feed", "Alone", "https://www.alone.example/rss", "mine.opml:8"),
    ]
    assert left(found) == [("Broken", "its address cannot be asked: ftp://acme.example/feed.xml")]


def test_entities_of_an_opml_file_are_never_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE o [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9)
    )
    body = bomb + b']><opml><body><outline text="&j;" xmlUrl="https://acme.example/f"/></body></opml>'
    with pytest.raises(NotThisFormat, match="declares entities of its own"):
        FORMATS["opml"](body, "bomb.opml")


def test_an_entity_cannot_read_a_file() -> None:
    body = b'<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/hostname">]><opml><body><outline text="x">&a;</outline></body></opml>'
    with pytest.raises(NotThisFormat, match="declares entities of its own"):
        FORMATS["opml"](body, "x.opml")


# --- changedetection.io ----------------------------------------------------------------------------------------------


def export(**watch: object) -> bytes:
    base = {"url": "https://www.acme.example/ethics", "title": "Ethics"}
    return json.dumps({"watching": {"0b1c": base | watch}, "settings": {}}).encode()


def test_a_watch_becomes_a_source_with_its_selectors_and_interval() -> None:
    body = export(
        include_filters=["#main", "css:.policy"],
        subtractive_selectors=["nav"],
        time_between_check={"weeks": None, "days": 1, "hours": 6, "minutes": None, "seconds": None},
        paused=True,
    )
    (found,) = carry_over(body, "url-watches.json").found
    assert (found.select, found.remove, found.every, found.enabled, found.company) == (
        ("#main", ".policy"),
        ("nav",),
        timedelta(days=1, hours=6),
        False,
        "acme.example",
    )


def test_what_has_no_place_here_is_named_and_a_page_half_selected_is_read_whole() -> None:
    found = carry_over(
        export(include_filters=["#main", "xpath://div"], trigger_text=["sold"], method="POST", headers={"Cookie": "x"}),
        "url-watches.json",
    )
    assert found.found[0].select == ()
    assert [what for what, _ in left(found)] == ["filter xpath://div", "trigger_text", "headers", "method POST"]
    assert "Cookie" not in str(left(found))


def test_the_zip_of_an_export_is_opened() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("backup/url-watches.json", export())
    assert len(carry_over(packed.getvalue(), "export.zip").found) == 1
    with pytest.raises(NotThisFormat, match="damaged zip"):
        FORMATS["changedetection"](packed.getvalue()[:60], "export.zip")


# --- urlwatch, webchanges ---------------------------------------------------------------------------------------------

JOBS = b"""name: Ethics
url: https://acme.example/ethics
filter:
  - css: .policy
  - html2text
---
name: Secret
command: "curl -H 'Authorization: hunter2' https://acme.example | grep x"
---
name: Rendered
navigate: https://acme.example/app
filter:
  - xpath: //div
data: {q: 1}
---
name: Split
url: https://acme.example/rules
filter:
  - css: {selector: main, exclude: nav}
  - element-by-id: more
---
just words
"""


def test_jobs_become_sources_and_commands_never_do() -> None:
    found = carry_over(JOBS, "urls.yaml", form="jobs")
    assert [(each.title, each.url, each.select, each.remove) for each in found.found] == [
        ("Ethics", "https://acme.example/ethics", (".policy",), ()),
        ("Rendered", "https://acme.example/app", (), ()),
        ("Split", "https://acme.example/rules", ("main", "#more"), ("nav",)),
    ]
    assert [(each.where, each.why) for each in found.left] == [
        ("urls.yaml:7", "shell commands are never carried over"),
        ("urls.yaml:10", "asked without one; where the page needs it, add browser: true to the source"),
        ("urls.yaml:10", "has no place in sources.yaml"),
        ("urls.yaml:10", "not carried over; the page is read whole"),
        ("urls.yaml: job 5", "not a job"),
    ]


# --- Open Terms Archive -------------------------------------------------------------------------------------------------

DECLARATION = json.dumps(
    {
        "name": "Acme",
        "terms": {
            "Privacy Policy": {"fetch": "https://acme.example/privacy", "select": ["main"], "remove": ["nav", "a[["]},
            "Human Rights Policy": {
                "fetch": "https://acme.example/hr",
                "select": {"startBefore": "h1", "endBefore": "footer"},
                "filter": ["removeDates"],
                "executeClientScripts": True,
            },
            "Terms": {
                "remove": "nav",
                "combine": [
                    {"fetch": "https://acme.example/t1"},
                    {"fetch": "not an address"},
                    {"fetch": "https://acme.example/t2", "remove": [{"startAfter": "#a", "endAfter": "#b"}]},
                    {"fetch": "https://docs.acme.example/t3", "select": {"startBefore": "h1"}},
                    {"fetch": "https://acme.example/t1"},
                ],
            },
        },
    }
).encode()


def test_a_declaration_becomes_a_source_for_each_document() -> None:
    found = carry_over(DECLARATION, "Acme.json")
    assert [(each.company, each.role, each.url, each.select, each.remove) for each in found.found] == [
        ("Acme", "privacy-policy", "https://acme.example/privacy", ("main",), ("nav",)),
        (
            "Acme",
            "human-rights-policy",
            "https://acme.example/hr",
            ('{"start_before": "h1", "end_before": "footer"}',),
            (),
        ),
        ("Acme", "terms", "https://acme.example/t1", (), ("nav",)),
        ("Acme", "terms", "https://docs.acme.example/t3", (), ("nav",)),
    ]
    assert [each.parts for each in found.found] == [
        (),
        (),
        (Part("https://acme.example/t2", (), ('{"start_after": "#a", "end_after": "#b"}',)),),
        (),
    ]
    assert [(each.where, each.what) for each in found.left] == [
        ("Acme.json: Privacy Policy", "selector a[["),
        ("Acme.json: Human Rights Policy", "executeClientScripts"),
        ("Acme.json: Human Rights Policy", "filter removeDates"),
        ("Acme.json: Terms", "not an address"),
        ("Acme.json: Terms", 'selector {"start_before": "h1"}'),
        ("Acme.json: Terms", "https://acme.example/t1"),
        ("Acme.json: Terms", "combine https://docs.acme.example/t3"),
    ]


def test_one_selector_that_is_refused_leaves_the_page_whole() -> None:
    body = json.dumps({"documents": {"A": {"fetch": "https://a.example/", "select": ["main", "a[["]}}}).encode()
    assert carry_over(body, "A.json").found[0].select == ()


# --- tables, and what is none of these -----------------------------------------------------------------------------------


def test_a_table_with_a_header_and_a_plain_list() -> None:
    found = carry_over(b"company;url;kind;select\nAcme;https://acme.example/;page;main\nB;;;\n;nowhere;;\n", "t.csv")
    assert [(each.company, each.url, each.select) for each in found.found] == [
        ("Acme", "https://acme.example/", ("main",))
    ]
    assert [(each.where, each.what) for each in found.left] == [("t.csv:3", "a row"), ("t.csv:4", "nowhere")]
    plain = carry_over(b"https://a.example/x\n# a remark\nhttps://ir.b.example/y\n", "list.txt")
    assert [(each.company, each.where) for each in plain.found] == [
        ("a.example", "list.txt:1"),
        ("b.example", "list.txt:3"),
    ]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "as jobs, YAML, but no job with url, navigate or command in it; as csv, the file is empty"),
        (b"hello", "as csv, no column called url in its first line (hello)"),
        (b"- a\n- b\n", "as jobs, YAML, but no job"),
        (b"\x00\x01\x02", "as csv, "),
        (b"[1, 2]", "as changedetection, JSON, but not an object"),
        (b"{" * 50_000, "as changedetection, no JSON"),
        (b'{"some": 1}', 'as declaration, JSON without "terms" or "documents"'),
        (b"<rss/>", "as opml, XML, but of another sort (<rss>)"),
        (b"PK\x03\x04", "as changedetection, a damaged zip"),
    ],
)
def test_what_is_of_no_format_is_refused_with_what_it_was_likely_meant_as(body: bytes, why: str) -> None:
    with pytest.raises(NotThisFormat, match="no list that can be carried over") as refused:
        carry_over(body, "x")
    assert why in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_list_too_large_is_refused() -> None:
    with pytest.raises(NotThisFormat, match="too large"):
        carry_over(b"x" * 20_000_001, "x")
