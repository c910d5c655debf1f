"""Every way sources.yaml can be wrong, one named case each: the exact message, and the line it points to."""

from __future__ import annotations

import pytest

from core.config.sources import parse_sources
from core.errors import ConfigError

BUILT = frozenset({"page", "feed"})


def acme(*sources: str) -> str:
    """A file with one company; its first source stands on line 4."""
    return "companies:\n  - name: Acme\n    sources:\n" + "".join(f"      - {source}\n" for source in sources)


def problems_of(text: str) -> list[str]:
    """Every problem, as people read it."""
    with pytest.raises(ConfigError) as caught:
        parse_sources(text, built_kinds=BUILT)
    return [str(problem) for problem in caught.value.problems]


CASES: dict[str, tuple[str, list[str]]] = {
    "an unknown key in a source": (
        acme('{url: "https://acme.example/a", enbled: true}'),
        ["sources.yaml:4: unknown key \"enbled\" in a source. Did you mean 'enabled'?"],
    ),
    "an unknown key in a company": (
        "companies:\n  - nmae: x\n    name: Acme\n",
        ["sources.yaml:2: unknown key \"nmae\" in a company. Did you mean 'name'?"],
    ),
    "an unknown key at the top": (
        "companys: []\n",
        [
            'sources.yaml:1: this file needs "companies"',
            "sources.yaml:1: unknown key \"companys\" in this file. Did you mean 'companies'?",
        ],
    ),
    "an unknown key in defaults": (
        "defaults:\n  jiter: 0.1\ncompanies: []\n",
        ['sources.yaml:2: unknown key "jiter" in "defaults". Did you mean \'jitter\'?'],
    ),
    "an unknown kind in defaults.every": (
        "defaults:\n  every: {pgae: 1h}\ncompanies: []\n",
        ['sources.yaml:2: unknown key "pgae" in "every". Did you mean \'page\'?'],
    ),
    "an unknown key in a registry": (
        "registries:\n  - {id: a, name: A, url: https://a.example/, adress: b}\ncompanies: []\n",
        ["sources.yaml:2: unknown key \"adress\" in a registry. Did you mean 'access'?"],
    ),
    "an unknown key in an edition": (
        acme('{url: "https://acme.example/a", editions: [{ulr: x}]}'),
        [
            'sources.yaml:4: an edition needs "url"',
            "sources.yaml:4: unknown key \"ulr\" in an edition. Did you mean 'url'?",
        ],
    ),
    "a merge key": (
        "x: &x {kind: page}\ncompanies:\n  - name: Acme\n    sources:\n      - {<<: *x, url: https://a.example/}\n",
        ['sources.yaml:1: unknown key "x" in this file', 'sources.yaml:5: unknown key "<<" in a source'],
    ),
    "no companies": (
        "schema: 1\n",
        ['sources.yaml:1: this file needs "companies"'],
    ),
    "an empty file": (
        "",
        ['sources.yaml: this file needs "companies"'],
    ),
    "companies that are no list": (
        "companies: Acme\n",
        ['sources.yaml:1: "companies" must be a list, not "Acme". Did you mean \'[Acme]\'?'],
    ),
    "a company that is a word": (
        "companies:\n  - Acme\n",
        ['sources.yaml:2: a company must be keys and values (key: value), not "Acme"'],
    ),
    "a company without a name": (
        "companies:\n  - id: acme\n",
        ['sources.yaml:2: a company needs "name"'],
    ),
    "a source that is a word": (
        acme("https://acme.example/"),
        ['sources.yaml:4: a source must be keys and values (key: value), not "https://acme.example/"'],
    ),
    "sources that are no list": (
        "companies:\n  - name: Acme\n    sources: https://acme.example/\n",
        [
            'sources.yaml:3: "sources" must be a list, not "https://acme.example/". Did you mean \'[https://acme.example/]\'?'
        ],
    ),
    "a page without an address": (
        acme("{kind: page}"),
        ['sources.yaml:4: a source of kind page needs "url"'],
    ),
    "a schema of another time": (
        "schema: 2\ncompanies: []\n",
        ['sources.yaml:1: "schema" must be 1, not the number 2'],
    ),
    "a jitter beyond the interval": (
        "defaults: {jitter: 1.5}\ncompanies: []\n",
        ['sources.yaml:1: "defaults.jitter" must be at most 1, not the number 1.5'],
    ),
    "a jitter that is no number": (
        "defaults: {jitter: .nan}\ncompanies: []\n",
        ['sources.yaml:1: "defaults.jitter" must be a number with an end, not the number nan'],
    ),
    "more connections to a host": (
        "defaults: {hosts_max_concurrency: 4}\ncompanies: []\n",
        ['sources.yaml:1: "defaults.hosts_max_concurrency" must be 1, not the number 4'],
    ),
    "wire feeds switched on": (
        "defaults: {wire_feeds: on}\ncompanies: []\n",
        ['sources.yaml:1: "defaults.wire_feeds" must be off, not "on"'],
    ),
    "an unknown kind": (
        acme('{kind: pgae, url: "https://acme.example/a"}'),
        [
            'sources.yaml:4: "kind" must be one of page, feed, listing, pdf, sitemap, sec, hkex, cninfo, registry, not "pgae". Did you mean \'page\'?'
        ],
    ),
    "a kind not built yet": (
        acme('{kind: listing, url: "https://acme.example/a"}'),
        [
            "sources.yaml:4: kind listing is not built yet: write enabled: false at this source (built so far: feed, page)"
        ],
    ),
    "a kind not built yet, switched on by the defaults": (
        'defaults: {enabled: true}\ncompanies:\n  - name: Acme\n    sources:\n      - {kind: pdf, url: "https://acme.example/a"}\n',
        ["sources.yaml:5: kind pdf is not built yet: write enabled: false at this source (built so far: feed, page)"],
    ),
    "a key of another kind": (
        acme('{url: "https://acme.example/a", forms: [10-K]}'),
        ['sources.yaml:4: "forms" does not belong to a source of kind page (only sec)'],
    ),
    "pushes for a kind without any": (
        acme('{kind: page, url: "https://acme.example/a", websub: true}'),
        ['sources.yaml:4: "websub" does not belong to a source of kind page (only feed)'],
    ),
    "forms for a kind without any": (
        acme('{kind: page, url: "https://acme.example/a", forms: [10-K], enabled: false}'),
        ['sources.yaml:4: "forms" does not belong to a source of kind page (only sec)'],
    ),
    "a listing code missing": (
        acme("{kind: hkex, enabled: false}"),
        ['sources.yaml:4: a source of kind hkex needs "code"'],
    ),
    "a filer without a number": (
        acme("{kind: sec, enabled: false}"),
        ['sources.yaml:4: a source of kind sec needs "cik"'],
    ),
    "a number without its zeros": (
        acme("{kind: sec, cik: '97745', enabled: false}"),
        [
            'sources.yaml:4: "cik" must be the ten digits of a Central Index Key, not "97745". Did you mean \'0000097745\'?'
        ],
    ),
    "a number not in quotes": (
        acme("{kind: cninfo, code: 300676, enabled: false}"),
        ['sources.yaml:4: "code" must be text, not the number 300676. Did you mean \'"300676"\'?'],
    ),
    "a word for true": (
        acme('{url: "https://acme.example/a", enabled: yes}'),
        ['sources.yaml:4: "enabled" must be true or false, not "yes". Did you mean \'true\'?'],
    ),
    "two ids alike": (
        acme('{url: "https://acme.example/a", id: acme/a}', "{url: https://acme.example/b, id: acme/a}"),
        ['sources.yaml:5: the id "acme/a" is already used at line 4'],
    ),
    "two companies of one id": (
        "companies:\n  - {id: acme, name: Acme}\n  - {id: acme, name: Acme Two}\n",
        ['sources.yaml:3: the id "acme" is already used at line 2'],
    ),
    "two companies of one name": (
        "companies:\n  - name: Acme\n  - name: ACME!\n",
        ['sources.yaml:3: the id "acme" is already used at line 2 (made of the name): add "id"'],
    ),
    "two registries of one id": (
        "registries:\n  - {id: a, name: A, url: https://a.example/}\n  - {id: a, name: A, url: https://a.example/}\ncompanies: []\n",
        ['sources.yaml:3: the id "a" is already used at line 2'],
    ),
    "a name without plain letters": (
        "companies:\n  - name: 华大基因\n",
        ['sources.yaml:2: "华大基因" gives no id in plain letters: add "id", such as id: acme'],
    ),
    "an id with capitals": (
        acme('{url: "https://acme.example/a", id: Acme/Human Rights}'),
        [
            'sources.yaml:4: "id" must be small letters, digits, dots, slashes and hyphens, not "Acme/Human Rights". Did you mean \'acme-human-rights\'?'
        ],
    ),
    "a company id with spaces": (
        "companies:\n  - {id: Acme Corp, name: Acme}\n",
        [
            'sources.yaml:2: "id" must be small letters, digits and hyphens, not "Acme Corp". Did you mean \'acme-corp\'?'
        ],
    ),
    "one address twice": (
        acme('{url: "https://acme.example/a"}', "{kind: feed, url: 'HTTPS://ACME.example:443/a#top'}"),
        ["sources.yaml:5: this company is already watched at this address: line 4"],
    ),
    "an edition at the same address": (
        acme('{url: "https://acme.example/a", editions: [{url: "https://acme.example/a", lang: de}]}'),
        ["sources.yaml:4: this company is already watched at this address: line 4"],
    ),
    "a duration in words": (
        acme('{url: "https://acme.example/a", every: 6 hours}'),
        ['sources.yaml:4: "every" must be a time such as 30m, 6h or 7d, not "6 hours". Did you mean \'6h\'?'],
    ),
    "a duration without a unit": (
        acme('{url: "https://acme.example/a", every: 30}'),
        ['sources.yaml:4: "every" must be a time such as 30m, 6h or 7d, not the number 30'],
    ),
    "a duration of nothing": (
        acme('{url: "https://acme.example/a", every: 0h}'),
        ['sources.yaml:4: "every" must be more than nothing and at most 366d, not "0h"'],
    ),
    "a duration of years": (
        acme('{url: "https://acme.example/a", every: 400d}'),
        ['sources.yaml:4: "every" must be more than nothing and at most 366d, not "400d"'],
    ),
    "a duration too short to be polite": (
        acme('{url: "https://acme.example/a", every: 30s}'),
        ['sources.yaml:4: "every" must be at least 1m'],
    ),
    "a selector that is none": (
        acme("{url: \"https://acme.example/a\", select: 'div['}"),
        [
            'sources.yaml:4: an entry of "select" must be a CSS selector, not "div[": Malformed attribute selector at position 3'
        ],
    ),
    "a part of a page that no selector reaches": (
        acme("{url: 'https://a.example', remove: '::before'}"),
        [
            'sources.yaml:4: an entry of "remove" must be a CSS selector, not "::before": Pseudo-element found at position 0'
        ],
    ),
    "a selector among good ones": (
        acme("{url: \"https://acme.example/a\", remove: [nav, '>>']}"),
        ['sources.yaml:4: an entry of "remove" must be a CSS selector, not ">>": Invalid character \'>\' position 0'],
    ),
    "a selector without end": (
        acme(f'{{url: "https://acme.example/a", select: "{"a " * 300}"}}'),
        ['sources.yaml:4: an entry of "select" is too long for a selector (limit 500 characters)'],
    ),
    "a role with capitals": (
        acme('{url: "https://acme.example/a", role: Human Rights}'),
        [
            'sources.yaml:4: "role" must be small letters, digits and hyphens, not "Human Rights". Did you mean \'human-rights\'?'
        ],
    ),
    "a language in words": (
        acme('{url: "https://acme.example/a", lang: English}'),
        ['sources.yaml:4: "lang" must be a language code such as en, de or zh-Hant, not "English"'],
    ),
    "a language in capitals": (
        acme('{url: "https://acme.example/a", lang: DE}'),
        ['sources.yaml:4: "lang" must be a language code such as en, de or zh-Hant, not "DE". Did you mean \'de\'?'],
    ),
    "a country in words": (
        "companies:\n  - {name: Acme, country: us}\n",
        [
            'sources.yaml:2: "country" must be a country code such as US, or several such as NL/DE, not "us". Did you mean \'US\'?'
        ],
    ),
    "topics that are no list": (
        "companies:\n  - {name: Acme, topics: dna}\n",
        ['sources.yaml:2: "topics" must be a list, not "dna". Did you mean \'[dna]\'?'],
    ),
    "a confidence of one's own": (
        acme('{url: "https://acme.example/a", confidence: sen}'),
        ['sources.yaml:4: "confidence" must be one of seen, recalled, checked, not "sen". Did you mean \'seen\'?'],
    ),
    "an empty name": (
        "companies:\n  - name: ' '\n",
        ['sources.yaml:2: "name" must not be empty'],
    ),
    "a name without end": (
        "companies:\n  - name: " + "x" * 2001 + "\n",
        ['sources.yaml:2: "name" is too long (2,001 characters, limit 2,000)'],
    ),
    "an address: no scheme": (
        acme('{url: "www.acme.example/x"}'),
        [
            'sources.yaml:4: "url" must begin with https:// or http://, not "www.acme.example/x". Did you mean \'https://www.acme.example/x\'?'
        ],
    ),
    "an address: a slip in the scheme": (
        acme('{url: "htps://acme.example/"}'),
        [
            'sources.yaml:4: "url" must begin with https:// or http://, not "htps://acme.example/". Did you mean \'https://acme.example/\'?'
        ],
    ),
    "an address: another scheme": (
        acme('{url: "ftp://acme.example/"}'),
        ['sources.yaml:4: "url" must begin with https:// or http://, not "ftp://acme.example/"'],
    ),
    "an address: a file": (
        acme('{url: "file:///etc/passwd"}'),
        ['sources.yaml:4: "url" must begin with https:// or http://, not "file:///etc/passwd"'],
    ),
    "an address: javascript": (
        acme('{url: "javascript:alert(1)"}'),
        ['sources.yaml:4: "url" must begin with https:// or http://, not "javascript:alert(1)"'],
    ),
    "an address: no host": (
        acme('{url: "https:///x"}'),
        ['sources.yaml:4: "url" names no host: "https:///x"'],
    ),
    "an address: a password": (
        acme('{url: "https://user:hunter2@acme.example/"}'),
        ['sources.yaml:4: "url" holds a user name or a password: neither belongs in this file'],
    ),
    "an address: a user name": (
        acme('{url: "https://user@acme.example/"}'),
        ['sources.yaml:4: "url" holds a user name or a password: neither belongs in this file'],
    ),
    "an address: a space": (
        acme('{url: "https://acme.example/a b"}'),
        ['sources.yaml:4: "url" must hold no spaces, quotes, backslashes or angle brackets'],
    ),
    "an address: a line break": (
        acme('{url: "https://acme.example/\\na"}'),
        ['sources.yaml:4: "url" must hold no spaces, quotes, backslashes or angle brackets'],
    ),
    "an address: a port out of range": (
        acme('{url: "https://acme.example:99999/"}'),
        ['sources.yaml:4: "url" is not an address that can be read: look at its host and port'],
    ),
    "an address: port zero": (
        acme('{url: "https://acme.example:0/"}'),
        ['sources.yaml:4: "url" names no host: "https://acme.example:0/"'],
    ),
    "an address: a bracket": (
        acme('{url: "https://[::1/"}'),
        ['sources.yaml:4: "url" is not an address that can be read: look at its host and port'],
    ),
    "an address: a host of dots": (
        acme('{url: "https://../"}'),
        ['sources.yaml:4: "url" names no host: "https://../"'],
    ),
    "an address: a backslash": (
        acme('{url: "https://acme.example\\\\@evil.example/"}'),
        ['sources.yaml:4: "url" must hold no spaces, quotes, backslashes or angle brackets'],
    ),
    "an address: nothing": (
        acme('{url: ""}'),
        ['sources.yaml:4: "url" must begin with https:// or http://, not ""'],
    ),
    "an address: too long": (
        acme(f'{{url: "https://acme.example/{"x" * 2000}"}}'),
        ['sources.yaml:4: "url" is too long (2,021 characters, limit 2,000)'],
    ),
}


def test_every_case_is_tried() -> None:
    assert len(CASES) == 75


@pytest.mark.parametrize("name", CASES)
def test_each_fault_has_its_message_and_line(name: str) -> None:
    text, expected = CASES[name]
    assert problems_of(text) == expected


def test_every_problem_of_a_file_is_told_at_once_in_file_order() -> None:
    text = """\
defaults: {enbled: true}
companies:
  - nmae: Acme
    name: Acme
    sources:
      - {kind: pgae, url: "https://acme.example/"}
      - {url: "acme.example/x", every: 1 hour}
      - {kind: listing, url: "https://acme.example/news"}
      - {url: "https://acme.example/a"}
      - {url: "https://acme.example/a"}
  - name: Acme
    name: Acme
"""
    assert problems_of(text) == [
        'sources.yaml:1: unknown key "enbled" in "defaults". Did you mean \'enabled\'?',
        "sources.yaml:3: unknown key \"nmae\" in a company. Did you mean 'name'?",
        'sources.yaml:6: "kind" must be one of page, feed, listing, pdf, sitemap, sec, hkex, cninfo, registry, '
        "not \"pgae\". Did you mean 'page'?",
        'sources.yaml:7: "url" must begin with https:// or http://, not "acme.example/x". '
        "Did you mean 'https://acme.example/x'?",
        'sources.yaml:7: "every" must be a time such as 30m, 6h or 7d, not "1 hour". Did you mean \'1h\'?',
        "sources.yaml:8: kind listing is not built yet: write enabled: false at this source (built so far: feed, page)",
        "sources.yaml:10: this company is already watched at this address: line 9",
        'sources.yaml:12: the key "name" stands twice: first at line 11',
    ]


@pytest.mark.parametrize(
    "address",
    [
        "https://desk:hunter2@acme.example/",
        "//desk:hunter2@acme.example/",
        "desk:hunter2@acme.example",
        "ftp://desk:hunter2@acme.example/",
        "https://desk:hunter2@[acme/",
        "https://desk:hunter2@acme.example:port/",
    ],
)
def test_a_password_in_an_address_is_never_repeated(address: str) -> None:
    problems = problems_of(acme(f'{{url: "{address}"}}'))
    assert problems == ['sources.yaml:4: "url" holds a user name or a password: neither belongs in this file']


def test_the_name_of_the_file_is_the_callers() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_sources("companies: 1\n", file="mine.yaml", built_kinds=BUILT)
    assert str(caught.value) == 'mine.yaml:1: "companies" must be a list, not the number 1'
