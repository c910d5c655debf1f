"""The archive of bytes: immutable files named by SHA-256, each written whole or not at all.

A snapshot is compressed against an earlier one of the same address (its base), which for a page that hardly changed
costs a hundredth. Bases are always full copies, and after ``EVERY`` differences a new full copy begins, so a file is
read with at most one other; decision 0008 says why not link by link.
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

EVERY = 16
LEVEL = 3
LARGEST = 1024 * 1024 * 1024
_HEADER = struct.Struct("<4sB32sQ")  # magic, differences since the full copy, digest of the base, size of the body
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
        generation, base, frame = self._read(digest)
        dictionary = None
        if generation:
            base_generation, _, base_frame = self._read(base.hex())
            if base_generation:
                raise StorageError(f"snapshot {digest} is damaged: its base {base.hex()} is not a full copy")
            dictionary = _raw(self._decompress(base.hex(), base_frame, None))
        return self._decompress(digest, frame, dictionary)

    def _compress(self, body: bytes, previous: str | None) -> bytes:
        if previous is not None:
            # A damaged or missing earlier snapshot must not keep us from storing this one.
            with contextlib.suppress(StorageError):
                generation, base, _ = self._read(previous)
                base_digest = base.hex() if generation else previous
                if generation + 1 < EVERY:
                    packed = self._difference(body, base_digest, generation + 1)
                    if len(packed) * 2 <= self._path(base_digest).stat().st_size:
                        return packed
        return _HEADER.pack(_MAGIC, 0, _NO_BASE, len(body)) + zstandard.ZstdCompressor(level=LEVEL).compress(body)

    def _difference(self, body: bytes, base_digest: str, generation: int) -> bytes:
        base = self.get(base_digest)
        # The window must reach from the end of the body to the start of the base.
        parameters = zstandard.ZstdCompressionParameters.from_level(
            LEVEL, source_size=len(body) + len(base), window_log=max(10, min(27, (len(body) + len(base)).bit_length()))
        )
        frame = zstandard.ZstdCompressor(compression_params=parameters, dict_data=_raw(base)).compress(body)
        return _HEADER.pack(_MAGIC, generation, bytes.fromhex(base_digest), len(body)) + frame

    def _read(self, digest: str) -> tuple[int, bytes, bytes]:
        try:
            packed = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"snapshot {digest} is not in the archive of bytes ({self.folder})") from None
        except OSError as error:
            raise StorageError(f"snapshot {digest} cannot be read: {error.strerror}") from error
        if len(packed) < _HEADER.size or packed[:4] != _MAGIC:
            raise StorageError(f"snapshot {digest} is damaged: not a file of this archive")
        _, generation, base, size = _HEADER.unpack_from(packed)
        if size > LARGEST:
            raise StorageError(f"snapshot {digest} is damaged: impossible size")
        return generation, base, packed[_HEADER.size :]

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
