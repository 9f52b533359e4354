import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.tools.web.decoding import BodyDecoder
from clew.tools.web.troubles import Refusal, Trouble


def bare_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


def decode(encoding: str, data: bytes, *, step: int = 1 << 20, limit: int = 1 << 20) -> bytes:
    decoder = BodyDecoder(encoding, limit=limit)
    for start in range(0, len(data), step):
        decoder.feed(data[start : start + step])
    return decoder.finish()


@given(st.binary(max_size=2_000), st.integers(1, 50))
def test_bodies_come_back_whatever_the_encoding_and_the_pieces(body: bytes, step: int) -> None:
    assert decode("", body, step=step) == body
    assert decode("identity", body, step=step) == body
    assert decode("gzip", gzip.compress(body), step=step) == body
    assert decode("X-Gzip", gzip.compress(body), step=step) == body
    assert decode("deflate", zlib.compress(body), step=step) == body
    assert decode("deflate", bare_deflate(body), step=step) == body


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_gzip_may_have_members_and_padding(step: int) -> None:
    members = gzip.compress(b"one ") + gzip.compress(b"two ") + gzip.compress(b"three")
    assert decode("gzip", members, step=step) == b"one two three"
    assert decode("gzip", members + bytes(100), step=step) == b"one two three"
    assert decode("gzip", members + b"\n", step=step) == b"one two three"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_nothing_at_all_is_an_empty_body(encoding: str) -> None:
    assert decode(encoding, b"") == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "gzip,br", "\x00"])
def test_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(Refusal, match="encoded as"):
        BodyDecoder(encoding, limit=10)


def test_a_body_of_just_the_limit_passes_and_one_byte_more_does_not() -> None:
    for encoding, encode in (("", bytes), ("gzip", gzip.compress), ("deflate", zlib.compress)):
        assert decode(encoding, encode(bytes(1_000)), limit=1_000) == bytes(1_000)
        with pytest.raises(Refusal, match="larger than 1,000 bytes"):
            decode(encoding, encode(bytes(1_001)), limit=1_000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_takes_no_more_memory_than_the_limit(encoding: str) -> None:
    body = bytes(50_000_000)
    sent = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)
    del body
    tracemalloc.start()
    with pytest.raises(Refusal):
        decode(encoding, sent, limit=1_000_000, step=65_536)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_many_members_are_refused() -> None:
    with pytest.raises(Refusal, match="parts"):
        decode("gzip", gzip.compress(b"") * 1_000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_breaks_off_or_is_broken_is_trouble(encoding: str) -> None:
    whole = gzip.compress(b"hello" * 99) if encoding == "gzip" else zlib.compress(b"hello" * 99)
    for length in range(1, len(whole) - 1):
        with pytest.raises(Trouble):
            decode(encoding, whole[:length])
    with pytest.raises(Trouble, match="broken"):
        decode(encoding, whole[:-8] + bytes(8))
