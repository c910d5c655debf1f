"""The archive of bytes: immutable files named by SHA-256, each written whole or not at all.

A snapshot is compressed against an earlier one of the same address (its base), which for a page that hardly changed
costs a hundredth. After ``EVERY`` snapshots a full copy begins again. The base of the k-th after it is the one whose
number is k without its lowest bit, so that any of them is read through at most five others; decision 0008.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import struct
from hashlib import sha256
from pathlib import Path

import zstandard

from core.errors import NotFound, StorageError

EVERY = 32
LEVEL = 3
LARGEST = 1024 * 1024 * 1024
MOST_LINKS = 8
_HEADER = struct.Struct("<4sB32sQ")  # magic, number since the full copy, digest of the base, size of the body
_MAGIC = b"ORB1"
_NO_BASE = bytes(32)


class BlobStore:
    """Bytes by digest under one folder (mode 0700), as ``ab/cd/abcd….zst``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: set[Path] = set()

    def has(self, digest: str) -> bool:
        return self._path(digest).exists()

    def put(self, digest: str, body: bytes, *, previous: str | None = None) -> bool:
        """Keep the bytes, on disk when this returns. False when they were kept already.

        ``previous`` is an earlier snapshot of the same address, used to compress; it may be missing or damaged.
        Raises StorageError, and leaves no partial file, when the bytes cannot be written or are not those of the
        digest.
        """
        if sha256(body).hexdigest() != digest:
            raise StorageError(f"snapshot {digest}: the bytes do not have this SHA-256; nothing stored")
        path = self._path(digest)
        if path.exists():
            return False
        self._write(path, self._compress(body, previous))
        return True

    def get(self, digest: str) -> bytes:
        """The bytes, verified. NotFound where there are none, StorageError naming the digest where they are damaged."""
        links: list[tuple[str, bytes]] = []
        at: str | None = digest
        while at is not None:
            number, base, frame = self._read(at)
            links.append((at, frame))
            at = base.hex() if number else None
            if len(links) > MOST_LINKS:
                raise StorageError(f"snapshot {digest} is damaged: its bases lead nowhere")
        body: bytes | None = None
        for name, frame in reversed(links):
            body = self._decompress(name, frame, _raw(body) if body is not None else None)
        assert body is not None  # there is at least the snapshot itself
        return body

    def set_aside(self, digest: str) -> None:
        """Rename the file of a damaged snapshot, so that the same bytes, met again, are kept anew."""
        path = self._path(digest)
        with contextlib.suppress(FileNotFoundError):
            path.rename(path.with_suffix(".damaged"))

    def _compress(self, body: bytes, previous: str | None) -> bytes:
        if previous is not None:
            # A damaged or missing earlier snapshot must not keep us from storing this one.
            with contextlib.suppress(StorageError):
                number = self._read(previous)[0] + 1
                if number < EVERY:
                    base, root = self._base(previous, number & (number - 1))
                    packed = self._difference(body, base, number)
                    if len(packed) * 2 <= self._path(root).stat().st_size:
                        return packed
        return _HEADER.pack(_MAGIC, 0, _NO_BASE, len(body)) + zstandard.ZstdCompressor(level=LEVEL).compress(body)

    def _base(self, previous: str, number: int) -> tuple[str, str]:
        """The snapshot of that number among the bases of ``previous`` (or itself), and the full copy at their end."""
        wanted, at = previous, previous
        for _ in range(MOST_LINKS):
            its_number, base, _frame = self._read(at)
            if its_number >= number:
                wanted = at
            if its_number == 0:
                return wanted, at
            at = base.hex()
        raise StorageError(f"snapshot {previous} is damaged: its bases lead nowhere")

    def _difference(self, body: bytes, base_digest: str, number: int) -> bytes:
        base = self.get(base_digest)
        # The window must reach from the end of the body to the start of the base. Beyond a megabyte the tables of this
        # level forget the base's beginning: two random bodies of 2 MB, 13 bytes apart, cost 919 KB, with these 2 KB.
        reach = len(body) + len(base)
        window = max(10, min(27, reach.bit_length()))
        tables = {"hash_log": window - 3, "chain_log": window - 3} if window > 20 else {}
        parameters = zstandard.ZstdCompressionParameters.from_level(
            LEVEL, source_size=reach, window_log=window, **tables
        )
        frame = zstandard.ZstdCompressor(compression_params=parameters, dict_data=_raw(base)).compress(body)
        return _HEADER.pack(_MAGIC, number, bytes.fromhex(base_digest), len(body)) + frame

    def _read(self, digest: str) -> tuple[int, bytes, bytes]:
        try:
            packed = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"snapshot {digest} is not in the archive of bytes ({self.folder})") from None
        except OSError as error:
            raise StorageError(f"snapshot {digest} cannot be read: {error.strerror}") from error
        if len(packed) < _HEADER.size or packed[:4] != _MAGIC:
            raise StorageError(f"snapshot {digest} is damaged: not a file of this archive")
        _, number, base, size = _HEADER.unpack_from(packed)
        if size > LARGEST:
            raise StorageError(f"snapshot {digest} is damaged: impossible size")
        return number, base, packed[_HEADER.size :]

    def _decompress(self, digest: str, frame: bytes, dictionary: zstandard.ZstdCompressionDict | None) -> bytes:
        try:
            if zstandard.get_frame_parameters(frame).content_size > LARGEST:
                raise StorageError(f"snapshot {digest} is damaged: impossible size")
            reader = zstandard.ZstdDecompressor(dict_data=dictionary) if dictionary else zstandard.ZstdDecompressor()
            body = reader.decompress(frame)
        except zstandard.ZstdError as error:
            raise StorageError(f"snapshot {digest} is damaged: {error}") from error
        if sha256(body).hexdigest() != digest:
            raise StorageError(f"snapshot {digest} is damaged: its bytes no longer have this SHA-256")
        return body

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise StorageError(f"{digest[:80]!r} is not a SHA-256 digest")
        return self.folder / digest[:2] / digest[2:4] / f"{digest}.zst"

    def _write(self, path: Path, packed: bytes) -> None:
        partial = path.with_name(f".{path.stem[:16]}-{secrets.token_hex(4)}.partial")
        try:
            self._make_folder(path.parent)
            file = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            try:
                rest = memoryview(packed)
                while rest:
                    rest = rest[os.write(file, rest) :]
                os.fsync(file)
            finally:
                os.close(file)
            partial.rename(path)
            _sync_folder(path.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise StorageError(self._why(error)) from error

    def _make_folder(self, folder: Path) -> None:
        """The folder with its parents, their names on disk before anything is put into them."""
        if folder in self._made:
            return
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(one.parent)
        self._made.add(folder)

    def _why(self, error: OSError) -> str:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return f"the disk is full: a snapshot could not be written to {self.folder}; nothing of it was kept"
        return f"a snapshot could not be written to {self.folder}: {error.strerror}"


def _raw(base: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
