"""``onrecord sources hook``: the address and the secret once, the list, and the end of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.hooks import Call, is_right, secret_of
from monitor.app import utc_now
from tests.command import onrecord, write_home

SOURCE = "{id: halden/feed, kind: feed, url: https://halden.example/news.xml}"
OFF = "{id: halden/page, url: https://halden.example/ethics, enabled: false}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_home(tmp_path, "127.0.0.1:1", SOURCE, OFF)
    return tmp_path


def test_a_hook_is_made_shown_once_listed_and_revoked(home: Path) -> None:
    made = onrecord("--home", home, "sources", "hook", "halden/feed", "--json")
    [shown] = made.lines
    assert (made.status, shown["source"]) == (0, "halden/feed")
    base, _, name = shown["address"].rpartition("/")
    assert base == "http://127.0.0.1:8765/hooks"
    held = {"authorization": f"Bearer {shown['secret']}"}
    assert shown["secret"].startswith("whsec_")
    listed = onrecord("--home", home, "sources", "hook")
    assert listed.out.split()[0] == "halden/feed"
    assert "never called" in listed.out
    assert shown["secret"] not in listed.out
    assert name not in listed.out
    key = (home / "data" / "link.key").read_bytes()
    assert is_right(Call(name, held), secret_of(key, name), utc_now())
    assert onrecord("--home", home, "sources", "hook", "halden/feed", "--revoke").out == (
        "The hook of halden/feed answers no more.\n"
    )
    again = onrecord("--home", home, "sources", "hook", "halden/feed", "--revoke")
    assert (again.status, "halden/feed has no hook" in again.err) == (2, True)
    assert "No hooks yet" in onrecord("--home", home, "sources", "hook").err


def test_it_says_who_can_call_and_where_from(home: Path) -> None:
    said = onrecord("--home", home, "sources", "hook", "halden/feed")
    assert "Only this machine can call it: web.public_url" in said.err
    write_home(home, "127.0.0.1:1", SOURCE, OFF)
    text = (home / "settings.yaml").read_text()
    (home / "settings.yaml").write_text(text.replace("{port: 8765}", "{public_url: 'https://in.example.org/'}"))
    said = onrecord("--home", home, "sources", "hook", "halden/feed")
    assert said.out.startswith("Address: https://in.example.org/hooks/")
    assert "Only this machine" not in said.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["halden/fed"], "Did you mean 'halden/feed'"),
        (["halden/page"], "halden/page is switched off: a hook would call in vain"),
        (["--revoke"], "name the source whose hook is to end"),
    ],
)
def test_what_cannot_have_a_hook(home: Path, words: list[str], why: str) -> None:
    ran = onrecord("--home", home, "sources", "hook", *words)
    assert ran.status != 0
    assert why in " ".join(ran.err.replace("│", " ").split())
