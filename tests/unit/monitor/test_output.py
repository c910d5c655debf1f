"""How commands and the log speak: JSON a terminal cannot obey, tables, log lines."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog

from monitor import logs
from monitor.commands.compare import marked
from monitor.commands.output import as_json, table

AT = datetime(2026, 11, 23, 18, 4, 12, 345, tzinfo=UTC)


def test_json_keeps_words_and_escapes_what_a_terminal_obeys() -> None:
    text = as_json({"a": "诺赛尔 – “quoted”\x1b[2J\x9b2J\u2028", "at": AT, "none": None})
    assert text == '{"a": "诺赛尔 – “quoted”\\u001b[2J\\u009b2J\\u2028", "at": "2026-11-23T18:04:12Z", "none": null}'
    assert json.loads(text)["a"] == "诺赛尔 – “quoted”\x1b[2J\x9b2J\u2028"


def test_what_has_no_json_form_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        as_json({"a": object()})


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert table([("a", "bb", "c"), ("aaa", "b", "ccc")]) == ["a    bb  c", "aaa  b   ccc"]
    assert table([]) == []


def test_marks_stand_without_colour_and_leave_spaces_outside() -> None:
    words = [("same", "We "), ("out", "will "), ("in", "do "), ("same", "not sell"), ("in", " knowingly.")]
    assert marked(words) == "We [-will-] {+do+} not sell {+knowingly.+}"  # type: ignore[arg-type] # literals are enough here
    assert "\x1b[1m{+do+}\x1b[0m" in marked(words, is_styled=True)  # type: ignore[arg-type] # as above


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    out = io.StringIO()
    logs.configure(out)
    yield out
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_the_log_of_a_machine_is_json(log: io.StringIO) -> None:
    structlog.get_logger().info("seen again", type="incident.closed", source="acme/ethics")
    [line] = log.getvalue().splitlines()
    found = json.loads(line)
    assert found.pop("at").endswith("Z")
    assert found == {"level": "info", "text": "seen again", "type": "incident.closed", "source": "acme/ethics"}


def test_what_modules_log_comes_in_the_same_form_with_its_traceback(log: io.StringIO) -> None:
    try:
        raise ValueError("boom")
    except ValueError:
        logging.getLogger("monitor.workers").exception("%s: a fault", "https://acme.example/")
    logging.getLogger("alembic.runtime").info("setup plugin")
    [line] = log.getvalue().splitlines()
    found = json.loads(line)
    assert (found["level"], found["text"], found["logger"]) == (
        "error",
        "https://acme.example/: a fault",
        "monitor.workers",
    )
    assert "ValueError: boom" in found["exception"]


def test_on_a_terminal_a_line_is_for_people() -> None:
    assert logs.human(None, "", {"level": "warning", "event": "two\nlines"})[8:] == "Z ! two\n            lines"
