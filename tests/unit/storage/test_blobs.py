"""The archive of bytes: whole or not at all, verified on the way out, cheap for pages that hardly change."""

from __future__ import annotations

import errno
import os
import random
from hashlib import sha256
from pathlib import Path

import pytest

from core.errors import NotFound, StorageError
from storage.blobs import EVERY, BlobStore


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "data" / "blobs")


def digest(body: bytes) -> str:
    return sha256(body).hexdigest()


def keep(blobs: BlobStore, body: bytes, previous: str | None = None) -> str:
    blobs.put(digest(body), body, previous=previous)
    return digest(body)


def page(day: int) -> bytes:
    """A page of 60 KB of which one line differs each day."""
    words = random.Random(1)
    lines = ["<p>" + " ".join(f"{words.getrandbits(24):x}" for _ in range(12)) + "</p>" for _ in range(700)]
    lines[day % 700] = f"<p>Day {day}: our products are not sold there.</p>"
    return "\n".join(lines).encode()


def file_of(blobs: BlobStore, name: str) -> Path:
    return blobs.folder / name[:2] / name[2:4] / f"{name}.zst"


def all_files(blobs: BlobStore) -> list[Path]:
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


def test_bytes_come_back_and_stand_where_their_digest_says(blobs: BlobStore) -> None:
    body = b"<html>We will not sell there.</html>"
    assert blobs.put(digest(body), body, previous=None) is True
    assert blobs.put(digest(body), body, previous=None) is False
    assert blobs.has(digest(body))
    assert blobs.get(digest(body)) == body
    assert [file_of(blobs, digest(body))] == all_files(blobs)


@pytest.mark.parametrize("body", [b"", b"\x00", os.urandom(3000), "政策".encode() * 5000])
def test_any_bytes_are_kept_alone_and_against_others(blobs: BlobStore, body: bytes) -> None:
    first = keep(blobs, body)
    assert blobs.get(first) == body
    second = keep(blobs, body + b"!", first)
    assert blobs.get(second) == body + b"!"


def test_files_are_for_the_operator_alone(blobs: BlobStore) -> None:
    name = keep(blobs, b"secret watch list")
    assert file_of(blobs, name).stat().st_mode & 0o777 == 0o600
    assert blobs.folder.stat().st_mode & 0o777 == 0o700


def test_a_page_that_hardly_changes_costs_hardly_anything(blobs: BlobStore) -> None:
    previous = None
    names = []
    for day in range(40):
        previous = keep(blobs, page(day), previous)
        names.append(previous)
    sizes = [file_of(blobs, name).stat().st_size for name in names]
    full = [day for day, size in enumerate(sizes) if size > sizes[0] / 2]
    assert full == [0, 32] == [0, EVERY]
    assert sizes[1] * 50 < sizes[0]
    assert [blobs.get(name) for name in names] == [page(day) for day in range(40)]


def test_a_snapshot_is_read_through_at_most_five_others(blobs: BlobStore) -> None:
    previous = None
    names = []
    for day in range(EVERY):
        previous = keep(blobs, page(day), previous)
        names.append(previous)
    needed = []
    for number, name in enumerate(names[:-1]):
        file = file_of(blobs, name)
        kept = file.read_bytes()
        file.unlink()
        try:
            blobs.get(names[-1])
        except NotFound:
            needed.append(number)
        file.write_bytes(kept)
    assert needed == [0, 16, 24, 28, 30]


def test_bases_that_lead_in_a_circle_are_damage(blobs: BlobStore) -> None:
    first = keep(blobs, page(0))
    second = keep(blobs, page(1), first)
    file_of(blobs, first).write_bytes(file_of(blobs, second).read_bytes()[:5] + bytes.fromhex(second) + bytes(40))
    with pytest.raises(StorageError, match="damaged: its bases lead nowhere"):
        blobs.get(second)
    assert blobs.get(keep(blobs, page(2), second)) == page(2)


def test_another_page_at_the_same_address_becomes_a_full_copy(blobs: BlobStore) -> None:
    first = keep(blobs, page(0))
    other = random.Random(2).randbytes(60_000)
    second = keep(blobs, other, first)
    file_of(blobs, first).unlink()
    assert blobs.get(second) == other


def test_large_bodies_are_compared_over_their_whole_length(blobs: BlobStore) -> None:
    body = random.Random(3).randbytes(6_000_000)
    first = keep(blobs, body)
    second = keep(blobs, b"new beginning" + body, first)
    assert file_of(blobs, second).stat().st_size < 10_000
    assert blobs.get(second) == b"new beginning" + body


@pytest.mark.parametrize("at", [0, 3, 4, 44, 45, 60, -1])
def test_a_damaged_file_is_named_and_never_given_out(blobs: BlobStore, at: int) -> None:
    name = keep(blobs, page(0))
    damaged = bytearray(file_of(blobs, name).read_bytes())
    damaged[at] ^= 0xFF
    file_of(blobs, name).write_bytes(damaged)
    with pytest.raises(StorageError, match=f"{name}|not in the archive"):
        blobs.get(name)


def test_a_file_cut_short_is_damaged(blobs: BlobStore) -> None:
    name = keep(blobs, page(0))
    file_of(blobs, name).write_bytes(file_of(blobs, name).read_bytes()[:500])
    with pytest.raises(StorageError, match=f"snapshot {name} is damaged"):
        blobs.get(name)


def test_a_damaged_earlier_snapshot_does_not_keep_us_from_storing(blobs: BlobStore) -> None:
    first = keep(blobs, page(0))
    file_of(blobs, first).write_bytes(b"rubbish")
    second = keep(blobs, page(1), first)
    assert blobs.get(second) == page(1)


def test_an_earlier_snapshot_that_is_missing_does_not_either(blobs: BlobStore) -> None:
    second = keep(blobs, page(1), digest(b"never stored"))
    assert blobs.get(second) == page(1)


def test_bytes_that_are_not_those_of_the_digest_are_refused(blobs: BlobStore) -> None:
    with pytest.raises(StorageError, match="do not have this SHA-256"):
        blobs.put(digest(b"these"), b"those", previous=None)
    assert not blobs.has(digest(b"these"))


def test_what_was_never_stored_is_not_found(blobs: BlobStore) -> None:
    with pytest.raises(NotFound, match=digest(b"?")):
        blobs.get(digest(b"?"))


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "AB" * 32, "g" * 64])
def test_a_name_that_is_no_digest_is_refused(blobs: BlobStore, name: str) -> None:
    with pytest.raises(StorageError, match="not a SHA-256"):
        blobs.get(name)


def test_a_full_disk_is_said_so_and_leaves_no_partial_file(blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = keep(blobs, page(0))

    def no_space(file: int, body: memoryview) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("storage.blobs.os.write", no_space)
    with pytest.raises(StorageError, match="the disk is full"):
        keep(blobs, page(1), kept)
    monkeypatch.undo()
    assert all_files(blobs) == [file_of(blobs, kept)]
    assert blobs.get(keep(blobs, page(1), kept)) == page(1)


def test_a_disk_that_fills_half_way_leaves_no_partial_file(blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    written: list[int] = []

    def fills_up(file: int, body: memoryview) -> int:
        if written:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(real(file, body[:10]))
        return written[0]

    monkeypatch.setattr("storage.blobs.os.write", fills_up)
    with pytest.raises(StorageError, match="the disk is full"):
        keep(blobs, page(1))
    assert written == [10]
    assert all_files(blobs) == []
