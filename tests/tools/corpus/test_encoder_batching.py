import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import numpy as np
import pytest
from corpus_support import WordEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clew.tools.corpus.encoder import Encoder
from clew.tools.corpus.encoder_batching import BatchingEncoder

SOON = 30.0  # seconds, of which a test needs none unless it fails


class GatedEncoder(WordEncoder):
    """Remembers its calls, and with its gate shut stays in each until it is let go.

    It refuses texts that say "bad", and two calls at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[str]] = []
        self.entered = threading.Semaphore(0)
        self._gate: threading.Semaphore | None = None
        self._busy = threading.Lock()

    def shut(self) -> None:
        self._gate = threading.Semaphore(0)

    def let_one_go(self) -> None:
        assert self._gate is not None
        self._gate.release()

    def open(self) -> None:
        gate, self._gate = self._gate, None
        assert gate is not None
        gate.release()

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        if progress is not None:
            progress(len(texts))
            return super().encode(texts)
        assert self._busy.acquire(blocking=False), "two calls at once"
        try:
            self.calls.append(list(texts))
            gate = self._gate
            self.entered.release()
            assert gate is None or gate.acquire(timeout=SOON)
            if "bad" in texts:
                raise ValueError(f"cannot encode {texts}")
            return super().encode(texts)
        finally:
            self._busy.release()


class Crowd:
    """Threads that call an encoder in a known order while its first call is at work."""

    def __init__(self, *, largest_batch: int = 64) -> None:
        self.inner = GatedEncoder()
        self.encoder = BatchingEncoder(self.inner, largest_batch=largest_batch)
        self._pool = ThreadPoolExecutor(8)

    def begin(self, texts: Sequence[str]) -> Future[NDArray[np.float32]]:
        """Make the first call, which stays at work."""
        self.inner.shut()
        first = self._pool.submit(self.encoder.encode, texts)
        assert self.inner.entered.acquire(timeout=SOON)
        return first

    def line_up(self, texts: Sequence[str], *, place: int) -> Future[NDArray[np.float32]]:
        """Make another call, and return when it waits in its place."""
        call = self._pool.submit(self.encoder.encode, texts)
        self.await_line(place)
        return call

    def await_line(self, length: int) -> None:
        pause = threading.Event()
        for _ in range(int(SOON * 1000)):
            if len(self.encoder._waiting) == length:
                return
            pause.wait(0.001)
        raise AssertionError("the calls never came to wait")

    def call(self, calls: Sequence[Sequence[str]]) -> list[Future[NDArray[np.float32]]]:
        """Make calls, of which the first is at work until all others wait; wait for all."""
        futures = [self.begin(calls[0])]
        futures += [self.line_up(texts, place=place) for place, texts in enumerate(calls) if place]
        self.inner.open()
        assert not wait(futures, timeout=SOON).not_done
        return futures


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


def rows(texts: Sequence[str]) -> NDArray[np.float32]:
    return WordEncoder().encode(texts)


def test_what_comes_meanwhile_is_one_call(crowd: Crowd) -> None:
    calls = [["a"], ["b", "c"], ["d"], ["e", "f", "g"]]
    futures = crowd.call(calls)
    assert crowd.inner.calls == [["a"], ["b", "c", "d", "e", "f", "g"]]
    for texts, future in zip(calls, futures, strict=True):
        np.testing.assert_array_equal(future.result(), rows(texts))


def test_an_idle_encoder_begins_at_once(crowd: Crowd) -> None:
    for texts in (["a"], ["b", "c"]):
        np.testing.assert_array_equal(crowd.encoder.encode(texts), rows(texts))
    assert crowd.inner.calls == [["a"], ["b", "c"]]


def test_equal_texts_are_encoded_once(crowd: Crowd) -> None:
    calls = [["a"], ["b", "c", "b"], ["c", "b"], ["a"]]
    futures = crowd.call(calls)
    assert crowd.inner.calls == [["a"], ["b", "c", "a"]]
    for texts, future in zip(calls, futures, strict=True):
        np.testing.assert_array_equal(future.result(), rows(texts))


def test_no_caller_sees_what_another_writes(crowd: Crowd) -> None:
    _, one, other = crowd.call([["a"], ["b"], ["b"]])
    one.result()[:] = 0
    np.testing.assert_array_equal(other.result(), rows(["b"]))


def test_a_call_fails_by_its_own_texts_alone(crowd: Crowd) -> None:
    first, good, bad, fine = crowd.call([["a"], ["b"], ["c", "bad"], ["d"]])
    for texts, future in ((["a"], first), (["b"], good), (["d"], fine)):
        np.testing.assert_array_equal(future.result(), rows(texts))
    with pytest.raises(ValueError, match=r"cannot encode \['c', 'bad'\]"):
        bad.result()
    assert crowd.inner.calls[1:] == [["b", "c", "bad", "d"], ["b"], ["c", "bad"], ["d"]]
    np.testing.assert_array_equal(crowd.encoder.encode(["e"]), rows(["e"]))


def test_every_caller_of_bad_texts_is_told(crowd: Crowd) -> None:
    first, *others = crowd.call([["bad"], ["bad"], ["bad"]])
    errors = [future.exception() for future in (first, *others)]
    assert [type(error) for error in errors] == [ValueError] * 3
    assert len(set(map(id, errors))) == 3  # each with a traceback of its own thread
    np.testing.assert_array_equal(crowd.encoder.encode(["e"]), rows(["e"]))


def test_a_batch_has_a_limit() -> None:
    crowd = Crowd(largest_batch=4)
    crowd.call([["a"], ["b", "c"], ["d"], ["e", "f"], ["g"], ["h"]])
    assert crowd.inner.calls == [["a"], ["b", "c", "d"], ["e", "f", "g", "h"]]


def test_a_long_call_lets_short_ones_in_between() -> None:
    crowd = Crowd(largest_batch=2)
    long = ["b", "c", "d", "e", "f"]
    _, slow, quick = crowd.call([["a"], long, ["g"]])
    np.testing.assert_array_equal(slow.result(), rows(long))
    np.testing.assert_array_equal(quick.result(), rows(["g"]))
    assert crowd.inner.calls.index(["g"]) < crowd.inner.calls.index(["d", "e"])


def test_a_call_with_progress_does_not_wait(crowd: Crowd) -> None:
    first = crowd.begin(["a"])
    told: list[int] = []
    vectors = crowd.encoder.encode(["b", "c"], progress=told.append)
    assert told == [2]
    assert not first.done()
    np.testing.assert_array_equal(vectors, rows(["b", "c"]))
    crowd.inner.open()
    np.testing.assert_array_equal(first.result(SOON), rows(["a"]))


class Interrupted(BaseException):
    """What ``KeyboardInterrupt`` is, which would end pytest itself."""


@pytest.fixture
def interrupt_me() -> Iterator[Callable[[], None]]:
    """Interrupt the main thread as Ctrl-C does."""

    def handle(signum: int, frame: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGUSR1, handle)
    main = threading.main_thread().ident
    assert main is not None
    yield lambda: signal.pthread_kill(main, signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("at_work", [False, True], ids=["in line", "in a batch"])
@pytest.mark.parametrize("before", [[], [["bad"]], [["b"], ["c"]]], ids=len)
def test_an_interrupted_call_holds_up_nobody(
    crowd: Crowd, interrupt_me: Callable[[], None], before: list[list[str]], at_work: bool
) -> None:
    first = crowd.begin(["a"])
    ahead = [crowd.line_up(texts, place=place) for place, texts in enumerate(before, start=1)]

    def interrupt() -> Future[NDArray[np.float32]]:
        crowd.await_line(len(before) + 1)
        behind = crowd.line_up(["d"], place=len(before) + 2)
        if at_work:
            crowd.inner.let_one_go()
            assert crowd.inner.entered.acquire(timeout=SOON)
        interrupt_me()
        return behind

    with ThreadPoolExecutor(1) as pool:
        behind = pool.submit(interrupt)
        with pytest.raises(Interrupted):
            crowd.encoder.encode(["mine"])
    crowd.inner.open()
    for texts, future in zip(
        [["a"], *before, ["d"]], [first, *ahead, behind.result()], strict=True
    ):
        if texts == ["bad"]:
            assert isinstance(future.exception(SOON), ValueError)
        else:
            np.testing.assert_array_equal(future.result(SOON), rows(texts))
    assert ["mine"] not in crowd.inner.calls
    np.testing.assert_array_equal(crowd.encoder.encode(["e"]), rows(["e"]))


words = st.sampled_from(["one", "two", "three", "bad", "", "a much longer text than others"])
calls = st.lists(st.lists(words, max_size=9), min_size=1, max_size=12)


@given(calls, st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_any_calls_get_the_rows_they_would_get_alone(
    texts_of: list[list[str]], largest_batch: int
) -> None:
    inner = GatedEncoder()
    encoder = BatchingEncoder(inner, largest_batch=largest_batch)
    with ThreadPoolExecutor(len(texts_of)) as pool:
        futures = [pool.submit(encoder.encode, texts) for texts in texts_of]
    for texts, future in zip(texts_of, futures, strict=True):
        if "bad" in texts:
            assert isinstance(future.exception(), ValueError)
        else:
            assert len(future.result()) == len(texts)
            if texts:
                np.testing.assert_array_equal(future.result(), rows(texts))
    assert max((len(call) for call in inner.calls), default=0) <= largest_batch


@given(st.lists(st.text(max_size=30), min_size=1, max_size=24), st.data())
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_real_encoder_gives_the_same_rows(
    encoder: Encoder, texts: list[str], data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(texts)), max_size=8).map(sorted))
    parts = [texts[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(texts)], strict=True)]
    batching = BatchingEncoder(encoder, largest_batch=data.draw(st.integers(1, 16)))
    with ThreadPoolExecutor(len(parts)) as pool:
        together = np.concatenate(list(pool.map(batching.encode, parts)))
    np.testing.assert_array_equal(together, encoder.encode(texts))


def test_it_is_an_encoder_as_the_one_it_wraps(encoder: Encoder) -> None:
    batching = BatchingEncoder(encoder)
    assert isinstance(batching, Encoder)
    assert (batching.name, batching.dimension) == (encoder.name, encoder.dimension)
    assert batching.token_offsets("the clew") == encoder.token_offsets("the clew")
    assert batching.encode([]).shape == (0, encoder.dimension)
