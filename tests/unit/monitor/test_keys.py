"""The key of links: made once, for its owner alone, and never half."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import ConfigError
from monitor.keys import link_key, links_of


def test_a_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    key = link_key(tmp_path)
    assert (len(key), link_key(tmp_path)) == (32, key)
    assert stat.S_IMODE((tmp_path / "link.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["link.key"]


def test_several_that_start_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: link_key(tmp_path), range(32)))) == 1


def test_a_key_that_is_none_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "link.key").write_bytes(b"short")
    with pytest.raises(ConfigError, match="delete it, and a new one is made"):
        link_key(tmp_path)


def test_without_pages_there_are_no_links_and_no_key(tmp_path: Path) -> None:
    assert links_of(tmp_path, None) is None
    assert list(tmp_path.iterdir()) == []
