"""YAML as such: lines, duplicate keys, and texts that want to do harm."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.config.yamlfile import MAX_CHARACTERS, nearest, read_yaml, shown
from core.errors import ConfigError


def problems_of(text: str) -> list[str]:
    """Every problem a text has as YAML, as people read it."""
    try:
        found = read_yaml(text, "f.yaml")
        found.refuse_if_faulty()
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


def billion_laughs() -> str:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10))
    return f"a0: &a0 [lol]\n{levels}\n"


def nested_lists(depth: int) -> str:
    return "a: " + "[" * depth + "]" * depth


HOSTILE: dict[str, tuple[Callable[[], str], list[str]]] = {
    "two keys of one name": (
        lambda: "a: 1\nb: 2\na: 3\na: 4\n",
        [
            'f.yaml:3: the key "a" stands twice: first at line 1',
            'f.yaml:4: the key "a" stands twice: first at line 1',
        ],
    ),
    "two keys of one name, deep inside": (
        lambda: "a:\n  - {x: 1,\n     y: 2,\n     x: 3}\n",
        ['f.yaml:4: the key "x" stands twice: first at line 2'],
    ),
    "a tag that builds an object": (
        lambda: "a: 1\nb: !!python/object/apply:os.system [ls]\n",
        ['f.yaml:2: the type "!!python/object/apply:os.system" is not understood here: remove it'],
    ),
    "a tag of one's own": (
        lambda: "b: !include other.yaml\n",
        ['f.yaml:1: the type "!include" is not understood here: remove it'],
    ),
    "aliases that name a billion values": (
        billion_laughs,
        ["f.yaml:2: this file holds more than 500,000 values once its aliases (*name) are spread out"],
    ),
    "an alias inside itself": (
        lambda: "a: &x [*x]\n",
        ["f.yaml:1: this file is nested deeper than 40 levels"],
    ),
    "fifty lists inside each other": (
        lambda: nested_lists(50),
        ["f.yaml:1: this file is nested deeper than 40 levels"],
    ),
    "a hundred thousand lists inside each other": (
        lambda: "[" * 100_000,
        ["f.yaml:1: this file is nested deeper than 40 levels"],
    ),
    "ten megabytes": (
        lambda: "a: b\n" * 2_000_000,
        [f"f.yaml: this file is too long (10,000,000 characters, limit {MAX_CHARACTERS:,})"],
    ),
    "a NUL byte": (
        lambda: "a: b\nc: d\x00e\n",
        ["f.yaml:2: a character that is not text stands here (U+0000, column 5)"],
    ),
    "control characters in two places": (
        lambda: "a: \x1b[31m\nc: d\ne: \x08\n",
        [
            "f.yaml:1: a character that is not text stands here (U+001B, column 4)",
            "f.yaml:3: a character that is not text stands here (U+0008, column 4)",
        ],
    ),
    "a list": (lambda: "\n- a\n- b\n", ["f.yaml:2: this file must hold keys and values (key: value), nothing else"]),
    "one word": (lambda: "hello", ["f.yaml:1: this file must hold keys and values (key: value), nothing else"]),
    "a tab": (lambda: "a:\n\tb: c\n", ["f.yaml:2: a tab stands here: YAML wants spaces"]),
    "two documents": (
        lambda: "a: b\n---\nc: d\n",
        ["f.yaml:2: a second document begins here (---): write everything in one"],
    ),
    "a colon in a value": (
        lambda: "a: b\nc: d: e\n",
        ['f.yaml:2: a second ": " on one line: put the value in quotes'],
    ),
    "a list as a key": (lambda: "[a, b]: c\n", ["f.yaml:1: a key must be a plain word"]),
    "an alias of nothing": (
        lambda: "a: *.example\n",
        [
            "f.yaml:1: this is not valid YAML: found undefined alias '.example'; put a value that begins with * in quotes"
        ],
    ),
    "a bracket never closed": (
        lambda: "a: [b\n",
        [
            "f.yaml:2: this is not valid YAML: expected ',' or ']', but got '<stream end>' (while parsing a flow sequence)"
        ],
    ),
    "an escape beyond Unicode": (
        lambda: 'a: "\\UFFFFFFFF"\n',
        ["f.yaml: this is not valid YAML: an escape (\\x, \\u or \\U) names no character"],
    ),
}


def test_every_hostile_text_is_tried() -> None:
    assert len(HOSTILE) == 20


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_get_a_clear_answer(name: str) -> None:
    text, expected = HOSTILE[name]
    assert problems_of(text()) == expected


@pytest.mark.parametrize("text", ["", "\n\n", "# only words\n", "---\n", "~\n", "\ufeff"])
def test_an_empty_text_is_an_empty_mapping(text: str) -> None:
    assert read_yaml(text, "f.yaml").data == {}


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert read_yaml("\ufeffa: b\n", "f.yaml").data == {"a": "b"}


def test_words_and_numbers_are_those_of_yaml_1_2() -> None:
    text = "a: off\nb: yes\nc: true\nd: 007\ne: 0x1F\nf: 1.5\ng: 2024-01-01\nh: ~\ni: '7'\nj: .inf\nk: 1_000\n"
    assert read_yaml(text, "f.yaml").data == {
        "a": "off",
        "b": "yes",
        "c": True,
        "d": 7,
        "e": 31,
        "f": 1.5,
        "g": "2024-01-01",
        "h": None,
        "i": "7",
        "j": float("inf"),
        "k": 1000,
    }


def test_aliases_may_be_used_within_reason() -> None:
    assert read_yaml("a: &x [1, 2]\nb: *x\n", "f.yaml").data == {"a": [1, 2], "b": [1, 2]}


def test_lines_are_those_of_keys_and_entries() -> None:
    found = read_yaml("\na:\n  b:\n    - x\n    - y: 1\n      z:\n        2\n", "f.yaml")
    lines = {
        ("a",): 2,
        ("a", "b"): 3,
        ("a", "b", 0): 4,
        ("a", "b", 1): 5,
        ("a", "b", 1, "z"): 6,
        ("a", "b", 1, "missing"): 5,
        ("a", "b", 9): 3,
        (): 2,
    }
    assert {at: found.line(at) for at in lines} == lines


def test_problems_come_in_file_order_and_once() -> None:
    found = read_yaml("a: 1\nb: 2\n", "f.yaml")
    found.fault(("b",), "second", "bee")
    found.fault(("a",), "first")
    found.fault(("a",), "first")
    with pytest.raises(ConfigError) as caught:
        found.refuse_if_faulty()
    assert str(caught.value) == "f.yaml:1: first\nf.yaml:2: second. Did you mean 'bee'?"


def test_what_was_meant_is_found_whatever_the_case() -> None:
    assert nearest("weakend", ("STRENGTHENED", "WEAKENED")) == "WEAKENED"
    assert nearest("banana", ("STRENGTHENED", "WEAKENED")) is None


def test_a_value_in_a_message_is_short_and_cannot_speak_to_the_terminal() -> None:
    assert shown("\x1b[31mred") == '"\\u001b[31mred"'
    assert len(shown("x" * 500)) == 58
