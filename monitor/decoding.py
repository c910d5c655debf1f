"""Content codings undone piece by piece, so that no body is ever held larger than its limit.

A bomb is met piece by piece: nothing here returns more than ``PIECE`` bytes at a time, however much the input would
become. It knows no limit itself; whoever reads counts and stops.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE = 65_536
MAX_MEMBERS = 1_024  # gzip members or zstd frames in one body; thousands of empty ones only burn time
ZSTD_WINDOW_LOG = 23  # 8 MB, the most a sender may ask of us: RFC 9659


class Damaged(ValueError):
    """The body is not what its Content-Encoding says, or ends too early."""


class Decoder(Protocol):
    """One content coding. ``is_complete`` says whether the stream may end here."""

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        """Decoded pieces of at most ``PIECE`` bytes. Raises :class:`Damaged`."""
        ...

    @property
    def is_complete(self) -> bool: ...


class _Inflate:
    """gzip (also several members) and deflate, with or without its zlib wrapper."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._wbits = 31 if gzip else 0  # 0: decided by the first byte
        self._stream: zlib._Decompress | None = None
        self._members = 0

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        while True:
            if self._stream is None:
                if not raw:
                    return
                if self._members and not (self._gzip and raw.startswith(b"\x1f")):
                    return  # padding behind a whole stream: browsers ignore it too
                self._begin(raw)
            assert self._stream is not None
            try:
                piece = self._stream.decompress(raw, PIECE)
            except zlib.error as exc:
                raise Damaged("the compressed body is damaged") from exc
            if piece:
                yield piece
            if self._stream.eof:
                raw = self._stream.unused_data
                self._stream = None
                continue
            raw = self._stream.unconsumed_tail
            if not raw and len(piece) < PIECE:
                return

    def _begin(self, raw: bytes) -> None:
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise Damaged("the compressed body has too many parts")
        if not self._wbits:
            self._wbits = 15 if raw[0] & 0x0F == 8 else -15  # RFC 1950 wrapper, or bare as some servers send it
        self._stream = zlib.decompressobj(self._wbits)

    @property
    def is_complete(self) -> bool:
        return self._stream is None


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._begun = False

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        if self._begun and self._stream.is_finished():
            return
        self._begun = True
        try:
            piece = self._stream.process(raw, output_buffer_limit=PIECE)
            while piece or not self._stream.can_accept_more_data():
                yield piece
                if self._stream.is_finished():
                    return
                piece = self._stream.process(b"", output_buffer_limit=PIECE)
        except brotli.error as exc:
            raise Damaged("the compressed body is damaged") from exc

    @property
    def is_complete(self) -> bool:
        return not self._begun or bool(self._stream.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._stream: zstd.ZstdDecompressor | None = None
        self._members = 0

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        while True:
            if self._stream is None:
                if not raw:
                    return
                self._begin()
            assert self._stream is not None
            try:
                piece = self._stream.decompress(raw, PIECE)
            except zstd.ZstdError as exc:
                raise Damaged("the compressed body is damaged") from exc
            raw = b""
            if piece:
                yield piece
            if self._stream.eof:
                raw = self._stream.unused_data
                self._stream = None
            elif self._stream.needs_input:
                return

    def _begin(self) -> None:
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise Damaged("the compressed body has too many parts")
        self._stream = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})

    @property
    def is_complete(self) -> bool:
        return self._stream is None


def decoder_for(content_encoding: str) -> Decoder | None:
    """The decoder a Content-Encoding asks for; None where the bytes are already the body.

    Names nobody registered ("utf-8", "none") are ignored, as browsers do. Raises :class:`Damaged` for codings in a
    pile: honest servers use one, and a bomb inside a bomb is cheap to make.
    """
    names = [name for part in content_encoding.lower().split(",") if (name := part.strip()) in _CODINGS]
    if len(names) > 1:
        raise Damaged("the body is compressed more than once")
    if not names:
        return None
    if names[0] == "br":
        return _Brotli()
    if names[0] == "zstd":
        return _Zstd()
    return _Inflate(gzip=names[0] != "deflate")


_CODINGS = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd"})
