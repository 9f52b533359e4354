"""The trained reader on questions that it did not learn from, beside the rules it stands beside.

Held-out questions of the training sets, by kind. "alone" reads the passages that answer and nothing
else; "among others" reads eight, in random order, as a search may bring them. An answer that is not
given counts as wrong; where no passage answers, giving none is right.

    python benchmarks/reader.py
    python benchmarks/reader.py --weights ~/.clew/weights/reader.safetensors --most 300
"""

import argparse
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from calibration import expected_error
from numpy.typing import NDArray

from clew.agent.networks.network import Network
from clew.agent.networks.shipped import SHIPPED
from clew.agent.networks.weights import load_trained
from clew.agent.policies.embedded import reader as rules
from clew.agent.policies.embedded.both_readers import KNOWN
from clew.agent.policies.embedded.span_reader import SpanNetwork, SpanReader
from clew.agent.policies.embedded.vectors import VectorCache
from clew.agent.policies.embedded.windows import Place, Window, windows
from clew.agent.training.overlaps import development_questions
from clew.agent.training.reader_calibration import passages_of
from clew.agent.training.reading_examples import Question
from clew.agent.training.reading_windows import recipes, split
from clew.evals.metrics import bootstrap, exact_match, f1
from clew.tools.corpus.encoder import load_encoder
from clew.tools.passages import Passage

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

Read = Callable[[Question, Sequence[Passage]], tuple[str | None, float]]


class Outcome(NamedTuple):
    """What came of a question."""

    em: float
    f1: float
    confidence: float
    answered: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--weights", type=Path, default=SHIPPED / "reader.safetensors")
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--most", type=int, default=400, help="questions of a kind")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        raise SystemExit(f"the training data is not at {arguments.data}; name it with --data")
    models = arguments.home / "models"
    network = Network(arguments.weights, "reader", cache_dir=models)
    networks: dict[str, SpanNetwork] = {
        "trained": network,
        "trained, fp32": InTorch(arguments.weights, network),
    }
    readers = {"rules": by_rules(VectorCache(load_encoder(None, cache_dir=models)))} | {
        name: by_network(SpanReader(each)) for name, each in networks.items()
    }
    held = held_out(arguments.data, arguments.most)
    print("| kind | passages | n | reader | EM | F1 | given | calibration error |")
    print("| --- | --- | ---: | --- | --- | --- | ---: | ---: |")
    for name, questions in held.items():
        for setting, passages in settings_of(questions).items():
            for reader, read in readers.items():
                print_row(name, setting, reader, outcomes(questions, passages, read))
    print_speed(networks, held["hops"])


def held_out(data: Path, most: int) -> dict[str, list[Question]]:
    """Return held-out questions by kind, those that nothing answers apart."""
    found: dict[str, list[Question]] = {}
    for name, recipe in recipes(data / "train", development_questions(data)).items():
        if name == "passages of an article":
            continue  # the same questions, learnt from in another way
        kept = list(split(recipe)[1].questions)
        random.Random(0).shuffle(kept)
        found[name] = [each for each in kept if each.kind != "none"][:most]
        if unanswerable := [each for each in kept if each.kind == "none"][:most]:
            found[f"{name}, unanswerable"] = unanswerable
    return found


def settings_of(questions: Sequence[Question]) -> dict[str, list[list[Passage]]]:
    """Return the passages of each question, alone and, where there are some, among others."""
    rng = random.Random(1)
    bare = [replace(each, others=()) for each in questions]
    found = {"alone": [passages_of(each, rng) for each in bare]}
    if all(each.others for each in questions):
        found["among others"] = [passages_of(each, rng) for each in questions]
    return found


def by_rules(vectors: VectorCache) -> Read:
    """Read as clew does without trained weights."""

    def read(question: Question, passages: Sequence[Passage]) -> tuple[str | None, float]:
        answer = rules.read(question.text, passages, vectors).answer
        return answer.text, answer.confidence

    return read


def by_network(reader: SpanReader) -> Read:
    """Read with the network alone, without the rules that it works beside in the agent."""

    def read(question: Question, passages: Sequence[Passage]) -> tuple[str | None, float]:
        yes_no = question.kind in ("yes", "no")
        answers = reader.answers(question.text, passages, yes_no=yes_no)
        if not answers or answers[0].chance < KNOWN:
            return None, answers[0].chance if answers else 0.0
        return answers[0].text, answers[0].chance

    return read


def outcomes(
    questions: Sequence[Question], passages: Sequence[Sequence[Passage]], read: Read
) -> list[Outcome]:
    found = []
    for question, shown in zip(questions, passages, strict=True):
        text, confidence = read(question, shown)
        if question.kind == "none":
            right = float(text is None)
            found.append(Outcome(right, right, confidence, text is not None))
        else:
            gold = [question.answer if question.kind == "span" else question.kind]
            found.append(
                Outcome(exact_match(text, gold), f1(text, gold), confidence, text is not None)
            )
    return found


def print_row(name: str, setting: str, reader: str, found: Sequence[Outcome]) -> None:
    cells = []
    for values in ([each.em for each in found], [each.f1 for each in found]):
        mean, low, high = bootstrap(values)
        cells.append(f"{100 * mean:.1f} [{100 * low:.1f}, {100 * high:.1f}]")
    given = [each for each in found if each.answered]
    error = float("nan")
    if given and "unanswerable" not in name:
        confidences = np.array([each.confidence for each in given])
        error = expected_error(confidences, np.array([each.em > 0 for each in given]))
    print(
        f"| {name} | {setting} | {len(found)} | {reader} | {cells[0]} | {cells[1]} | "
        f"{100 * len(given) / len(found):.0f} % | {error:.2f} |",
        flush=True,
    )


class InTorch:
    """The same weights in fp32 under torch, with the face of the network."""

    def __init__(self, weights: Path, network: Network) -> None:
        import torch

        from clew.agent.training.backbone import load_backbone
        from clew.agent.training.span_model import SpanModel

        torch.set_num_threads(1)
        trained = load_trained(weights, "reader")
        self._model = SpanModel(load_backbone()[0]).eval()
        state = {f"backbone.{name}": torch.tensor(each) for name, each in trained.encoder.items()}
        for name, head in trained.heads.items():
            state |= {
                f"{name}.weight": torch.tensor(head.weight),
                f"{name}.bias": torch.tensor(head.bias),
            }
        missing = self._model.load_state_dict(state, strict=False).missing_keys
        assert not missing, missing
        self.tokens, self.notes = network.tokens, network.notes

    def run_all(
        self, inputs: Sequence[tuple[Sequence[int], int]]
    ) -> list[Mapping[str, NDArray[np.float32]]]:
        """See `Network.run_all`."""
        import torch

        found: list[Mapping[str, NDArray[np.float32]]] = []
        with torch.no_grad():
            for ids, question_tokens in inputs:
                # Every token may begin an answer here; the reader leaves out those that may not.
                places: list[Place | None] = [Place(0, False, 0, 0)] * len(ids)
                starts, ends = self._model([Window(list(ids), places, question_tokens)])
                both = torch.stack([starts[0], ends[0]], dim=1).numpy()
                found.append({"spans": both[: len(ids)], "options": both[len(ids) :].flatten()})
        return found


def print_speed(networks: Mapping[str, SpanNetwork], questions: Sequence[Question]) -> None:
    """Print how long a window takes."""
    rng = random.Random(2)
    [network, *_] = networks.values()
    read = [
        windows(each.text, [(p.title, p.text) for p in passages_of(each, rng)], network)[0]
        for each in questions[:40]
    ]
    tokens = sum(len(each.ids) for each in read) / len(read)
    print(f"\na window of {tokens:.0f} tokens, one at a time:")
    for name, network in networks.items():
        network.run_all([(read[0].ids, read[0].question_tokens)])
        begun = time.perf_counter()
        for window in read:
            network.run_all([(window.ids, window.question_tokens)])
        print(f"{name}: {1000 * (time.perf_counter() - begun) / len(read):.0f} ms")


if __name__ == "__main__":
    main()
