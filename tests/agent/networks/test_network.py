"""Trained networks under ONNX Runtime: the same numbers as torch gives, nearly."""

import logging
from pathlib import Path

import numpy as np
import pytest

from clew.agent.networks.network import Network
from clew.agent.networks.shipped import network_of
from clew.agent.policies.embedded.windows import Window, windows
from clew.errors import ModelUnavailable

torch = pytest.importorskip("torch")

QUESTION = "When was the director of King of the Sierras born?"
PASSAGES = [
    ("King of the Sierras", "King of the Sierras is a 1938 film directed by Arthur Rosson."),
    ("Arthur Rosson", "Arthur Rosson (24 August 1886 - 17 June 1960) was a film director."),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory):
    """A reader on the packaged encoder, heads untrained, with its file of weights."""
    from clew.agent.training.backbone import load_backbone
    from clew.agent.training.span_model import SpanModel

    encoder, _ = load_backbone()
    torch.manual_seed(0)
    made = SpanModel(encoder).eval()
    with torch.no_grad():
        encoder.embeddings.token_type_embeddings.weight[1] += 0.05  # segments must matter
    folder = tmp_path_factory.mktemp("network")
    made.save(folder / "reader.safetensors", "reader", {"temperature": 2.0}, None)
    return made, folder


@pytest.fixture(scope="module")
def network(model) -> Network:
    return Network(model[1] / "reader.safetensors", "reader", cache_dir=model[1] / "cache")


@pytest.fixture(scope="module")
def window(network: Network) -> Window:
    [made] = windows(QUESTION, PASSAGES, network)
    return made


def test_gives_what_torch_gives(model, network: Network, window: Window) -> None:
    with torch.no_grad():
        starts, ends = model[0]([window])
    heads = network.run(window.ids, window.question_tokens)
    inside = [number for number, place in enumerate(window.places) if place is not None]
    for column, exact in enumerate((starts[0].numpy(), ends[0].numpy())):
        mine = heads["spans"][inside, column]
        assert np.corrcoef(mine, exact[inside])[0, 1] > 0.98
    options = torch.stack([starts[0, -3:], ends[0, -3:]], dim=1).flatten().numpy()
    assert np.allclose(heads["options"], options, atol=0.12)


def test_segments_matter(network: Network, window: Window) -> None:
    first = network.run(window.ids, window.question_tokens)["options"]
    second = network.run(window.ids, len(window.ids))["options"]
    assert not np.allclose(first, second, atol=1e-4)


def test_many_at_once_are_as_one_by_one(network: Network, window: Window) -> None:
    inputs = [(window.ids[:20], 5), (window.ids, window.question_tokens), (window.ids[:30], 8)]
    for together, alone in zip(
        network.run_all(inputs), [network.run(*each) for each in inputs], strict=True
    ):
        assert all(np.array_equal(together[name], alone[name]) for name in alone)


def test_tokens_are_those_of_training(network: Network) -> None:
    from clew.agent.training.backbone import load_backbone

    _, tokenizer = load_backbone()
    for text in ("Ætheling’s “café” in 東京 — Zürich (1999)", "", "a \ud800 b"):
        sound = text.encode("utf-8", "replace").decode()
        ids, spans = tokenizer.tokens(sound)
        assert network.tokens(text) == (list(ids), [tuple(span) for span in spans])


class TestShipped:
    def test_own_weights_come_first(self, model, tmp_path: Path) -> None:
        found = network_of("reader", model[1], cache_dir=tmp_path)
        assert found is not None
        assert found.notes == {"temperature": 2.0}

    def test_broken_own_weights_are_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "reader.safetensors").write_bytes(b"broken")
        with pytest.raises(ModelUnavailable, match="cannot be read"):
            network_of("reader", tmp_path, cache_dir=tmp_path)

    def test_without_shipped_weights_a_warning_tells(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("clew.agent.networks.shipped.SHIPPED", tmp_path)
        with caplog.at_level(logging.WARNING):
            assert network_of("reader", None, cache_dir=tmp_path) is None
        assert "goes on without its trained reader" in caplog.text
