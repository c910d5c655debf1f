"""Adapters are found by being there; one that is no adapter is named."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

import pytest

import alerts.channels
from alerts.channels import ChannelKind, Means, open_channels
from core.config.receivers import Channel
from core.registry import adapters


def test_the_channels_are_found() -> None:
    found = adapters(alerts.channels, "CHANNEL", ChannelKind)
    assert list(found) == ["console", "email", "jsonl", "slack", "webhook"]
    assert all(kind.needs for kind in found.values())


def test_every_channel_routes_can_name_can_be_opened() -> None:
    named = ["console", "email", "jsonl", "slack", "slack-webhook", "webhook"]
    assert sorted(open_channels(Means())) == sorted(get_args(Channel)) == named


def test_a_module_without_an_adapter_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "someadapters"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "_shared.py").write_text("")
    (folder / "good.py").write_text("ADAPTER = 'good'")
    monkeypatch.syspath_prepend(str(tmp_path))
    package = __import__("someadapters")
    assert adapters(package, "ADAPTER", str) == {"good": "good"}
    (folder / "bad.py").write_text("ADAPTER = 7")
    with pytest.raises(TypeError, match=r"someadapters\.bad must offer ADAPTER, a str"):
        adapters(package, "ADAPTER", str)
    for name in [name for name in sys.modules if name.startswith("someadapters")]:
        del sys.modules[name]
