"""Content codings, piece by piece: every split of the input gives the same body, and no piece is large."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.decoding import PIECE, Damaged, Decoder, decoder_for

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def two_members(body: bytes) -> bytes:
    return gzip.compress(body[:7]) + gzip.compress(body[7:])


def two_frames(body: bytes) -> bytes:
    return zstd.compress(body[:7]) + zstd.compress(body[7:])


def with_padding(body: bytes) -> bytes:
    return gzip.compress(body) + b"\0" * 100


CODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZIP", gzip.compress),
    ("gzip", two_members),
    ("gzip", with_padding),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
    ("zstd", zstd.compress),
    ("zstd", two_frames),
    ("aws-chunked, gzip", gzip.compress),
]
every_coding = pytest.mark.parametrize(("name", "pack"), CODINGS)


def decoder(name: str) -> Decoder:
    found = decoder_for(name)
    assert found is not None
    return found


@every_coding
@given(body=st.binary(max_size=3_000), step=st.integers(1, 500))
def test_the_body_does_not_depend_on_how_it_arrives(
    name: str, pack: Callable[[bytes], bytes], body: bytes, step: int
) -> None:
    packed, unpack = pack(body), decoder(name)
    got = b"".join(piece for at in range(0, len(packed), step) for piece in unpack.pieces(packed[at : at + step]))
    assert got == body
    assert unpack.is_complete


@every_coding
def test_no_piece_is_much_larger_than_asked(name: str, pack: Callable[[bytes], bytes]) -> None:
    unpack = decoder(name)
    sizes = [len(piece) for piece in unpack.pieces(pack(bytes(5_000_000)))]
    assert sum(sizes) == 5_000_000
    assert max(sizes) <= 2 * PIECE


@every_coding
def test_half_a_body_is_not_complete(name: str, pack: Callable[[bytes], bytes]) -> None:
    packed, unpack = pack(b"We will not sell it. " * 50 + bytes(range(256))), decoder(name)
    list(unpack.pieces(packed[: len(packed) // 3]))
    assert not unpack.is_complete


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_what_was_never_compressed_is_damaged(name: str) -> None:
    with pytest.raises(Damaged, match="the compressed body is damaged"):
        list(decoder(name).pieces(b"\xff<html>hello, this is plain text</html>" * 10))


def test_thousands_of_empty_members_are_refused() -> None:
    with pytest.raises(Damaged, match="too many parts"):
        list(decoder("gzip").pieces(gzip.compress(b"") * 5_000))
    with pytest.raises(Damaged, match="too many parts"):
        list(decoder("zstd").pieces(zstd.compress(b"") * 5_000))


def test_a_window_larger_than_the_web_allows_is_refused() -> None:
    options: dict[int, int] = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    packer = zstd.ZstdCompressor(options=options)
    packed = packer.compress(b"x" * 1_000) + packer.flush()
    with pytest.raises(Damaged, match="the compressed body is damaged"):
        list(decoder("zstd").pieces(packed))


@pytest.mark.parametrize("name", ["", "identity", "utf-8", "none", "aws-chunked"])
def test_names_that_are_no_coding_change_nothing(name: str) -> None:
    assert decoder_for(name) is None


def test_codings_in_a_pile_are_refused() -> None:
    with pytest.raises(Damaged, match="compressed more than once"):
        decoder_for("gzip, br")
