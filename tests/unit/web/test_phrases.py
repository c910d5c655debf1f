"""Pages ready for translation: no word of a template stands outside a catalogue's reach, and a catalogue reaches the page."""

from __future__ import annotations

import re
from gettext import NullTranslations

from fastapi.testclient import TestClient

from tests.web_archive import BASE_URL, HOST, NOW, SALES_SLUG, TRAP_SLUG, Seeded
from web.app import create_app, environment
from web.phrases import TEMPLATES, found, template

PAGES = ("/", f"/d/{SALES_SLUG}", f"/c/{SALES_SLUG}/3..4", f"/c/{TRAP_SLUG}/1..2", "/search?q=sell", "/alert/1",
         "/sources", "/commitments", "/outbox", "/help", f"/cite/{SALES_SLUG}/4", "/login", "/nowhere")  # fmt: skip


class Marked(NullTranslations):
    """A language in which every sentence stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"


def outside(source: str) -> list[str]:
    """Words of a template that no catalogue reaches: text between tags, and the attributes people read or hear."""
    inside = re.sub(r"\{% trans\b.*?\{% endtrans \+?%\}|\{#.*?#\}", "", source, flags=re.DOTALL)
    bare = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", inside, flags=re.DOTALL)
    spoken = re.findall(r'\b(?:aria-label|placeholder|title|alt|data-l)="([^"]*)"', bare)
    text = re.sub(r"<[^>]*>", " ", bare)
    return re.findall(r"[A-Za-z]{2,}", " ".join([*spoken, re.sub(r"&\w+;", " ", text)]))


def test_no_word_of_a_template_is_out_of_reach() -> None:
    files = sorted(TEMPLATES.glob("*.html"))
    assert len(files) >= 40
    assert {file.name: words for file in files if (words := outside(file.read_text(encoding="utf-8")))} == {}
    assert outside('<p title="Look">See {{ view.x }}</p>{% trans %}not this{% endtrans %}') == ["Look", "See"]


def test_the_template_for_translators_holds_each_sentence_once_with_its_places() -> None:
    messages = [message for message, _, _ in found(environment())]
    assert len(messages) >= 500
    made = template(environment())
    assert made.count("\nmsgid ") == len(set(messages))
    assert "#: cite.html:" in made
    assert 'msgid "Changed between %(last_seen_at)s and %(first_changed_at)s"\nmsgstr ""\n' in made


def test_a_catalogue_reaches_every_page(seeded: Seeded) -> None:
    app = create_app(
        seeded.database, seeded.blobs, now=lambda: NOW, base_url=BASE_URL, allowed_hosts=frozenset({HOST}),
        commitments=seeded.tools.commitments, guest="operator", translations=Marked(),
    )  # fmt: skip
    with TestClient(app) as client:
        for address in PAGES:
            page = client.get(address).text
            assert '<html lang="⟦en⟧">' in page
            assert "⟦Skip to content⟧" in page
            assert len(re.findall("⟦[^⟧]+⟧", page)) >= 8, address
            assert "<script>alert" not in page
