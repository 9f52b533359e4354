"""Training the retriever: how much each sign counts for a passage, and what follows from what.

The candidates of each training question are ranked by a small network over their features, so that
gold passages stand before all others (a softmax for each gold passage beside the others of its
query, as in ListNet: Cao et al. 2007, with one right passage at a time). Its logits are then
calibrated to chances by Platt's scaling on questions that were held out.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...tools.corpus.candidates import Candidates, PassageIndex
from ...tools.corpus.encoder import Encoder
from ...tools.corpus.index import open_corpus
from .checkpoints import Schedule
from .loop import train
from .overlaps import development_questions
from .reading_examples import occurrences
from .retrieval_examples import Query, parted, training_queries

HIDDEN = 8
BATCH = 32
RATE = 0.01
KEPT = 60
"""Candidates of a query that are learnt from, the best by plain features, beside the gold ones."""
WHOLE = 0.7
"""Share of whole questions in what is learnt from; the rest are parts of questions."""
KEPT_GOLD = 0.97
"""Share of the gold passages of a search that a cut-off is to keep."""
_SEARCH = 20  # passages of a search
_PART = 50  # batches that are drawn together


@dataclass(frozen=True)
class Ranking:
    """The candidates of a query.

    Attributes:
        query: The query.
        features: A row for each candidate, the best by plain features first.
        documents: Their sources.
        gold: Which of them are gold.
    """

    query: Query
    features: NDArray[np.float32]
    documents: tuple[str, ...]
    gold: NDArray[np.bool_]

    def recall(self, scores: NDArray[np.float32], depth: int) -> float:
        """Return the share of the gold documents that scores bring among the first ones."""
        order = np.argsort(-scores, kind="stable")
        first = list(dict.fromkeys(self.documents[place] for place in order))[:depth]
        return sum(map(self.query.is_gold, first)) / len(self.query.gold)


class RelevanceModel(nn.Module):
    """`clew.tools.corpus.relevance_network.RelevanceNetwork` in torch.

    Args:
        features: All features that it will see in training, to bring them to one size.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, features: NDArray[np.float32]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(features.mean(axis=0)))
        self.register_buffer("scale", torch.from_numpy(features.std(axis=0) + 1e-6))
        self.hidden = nn.Linear(features.shape[1], HIDDEN)
        self.out = nn.Linear(HIDDEN, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits (candidates,) of features (candidates, features)."""
        hidden = torch.tanh(self.hidden((features - self.mean) / self.scale))
        return torch.as_tensor(self.out(hidden).squeeze(-1))


def train_retriever(
    data: Path,
    weights: Path,
    checkpoints: Path,
    *,
    encoder: Encoder,
    steps: int = 2000,
    seed: int = 0,
    report: Callable[[str], None],
) -> None:
    """Train the network that says how relevant candidates are.

    Args:
        data: Folder with ``train/``, and ``multihop/`` with questions to stay clear of.
        weights: The file to write.
        checkpoints: Folder for checkpoints and for the indexes of the training paragraphs.
        encoder: The encoder whose vectors are compared.
        steps: Batches to learn from.
        seed: Of everything that is drawn.
        report: Takes lines about the progress.

    Raises:
        TrainingDataError: The data cannot be read.
    """
    home = checkpoints / "home"
    queries = training_queries(data / "train", home, encoder, development_questions(data))
    found = {}
    for name, own in queries.items():
        index = open_corpus(home, name)
        found[name] = rankings(index, encoder, own)
        index.close()
        report(f"{name}: candidates of {len(own)} queries")
    fit(found, weights, checkpoints, encoder=encoder, steps=steps, seed=seed, report=report)


def rankings(index: PassageIndex, encoder: Encoder, queries: Sequence[Query]) -> list[Ranking]:
    """Collect the candidates of queries.

    What holds the answer of a part of a question is left out unless it is gold: nobody has said
    that it does not answer it.
    """
    found = []
    for query, vector in zip(queries, encoder.encode([each.text for each in queries]), strict=True):
        candidates = Candidates(index, query.text, vector)
        candidates.follow(())
        features = candidates.compared().astype(np.float32)
        by_id = dict(zip(candidates.features(), features, strict=True))
        passages = [passage for passage, _ in candidates.ranked()]
        gold = [query.is_gold(each.source) for each in passages]
        judged = [
            right
            or query.kind == "whole"
            or not occurrences(query.answer, [(each.title, each.text)])
            for each, right in zip(passages, gold, strict=True)
        ]
        kept = [place for place, known in enumerate(judged) if known]
        found.append(
            Ranking(
                query=query,
                features=np.array([by_id[passages[place].id] for place in kept], np.float32),
                documents=tuple(passages[place].source for place in kept),
                gold=np.array([gold[place] for place in kept], dtype=np.bool_),
            )
        )
    return found


def fit(
    found: Mapping[str, Sequence[Ranking]],
    weights: Path,
    checkpoints: Path,
    *,
    encoder: Encoder,
    steps: int,
    seed: int,
    report: Callable[[str], None],
) -> None:
    """Fit the network to rankings by corpus, every corpus counting the same, and write it."""
    learnt, held = parts(found)
    torch.manual_seed(seed)
    pools = [
        [[each for each in own if each.query.kind == kind and _teaches(each)] for own in learnt]
        for kind in ("whole", "part")
    ]
    model = RelevanceModel(np.concatenate([e.features[:KEPT] for own in learnt for e in own]))

    def batches(part: int) -> list[list[Ranking]]:
        draw = random.Random(f"{seed}:{part}")

        def drawn() -> Ranking:
            kinds = pools[0] if draw.random() < WHOLE or not any(pools[1]) else pools[1]
            return draw.choice(draw.choice([each for each in kinds if each]))

        return [[drawn() for _ in range(BATCH)] for _ in range(_PART)]

    def validate() -> dict[str, float]:
        return measured(held, lambda each: logits(model, each))

    before = measured(held, lambda each: -np.arange(len(each.gold), dtype=np.float32))
    shown = ", ".join(f"{name} {value:.4f}" for name, value in before.items())
    report(f"by plain features: {shown}")
    train(
        model,
        batches,
        lambda batch: ranking_loss(model, batch),
        Schedule(steps, RATE, seed=seed, about={"encoder": encoder.name}),
        checkpoints,
        validate=validate,
        report=report,
    )
    calibrate(model, [each for own in held for each in own])
    report(f"{KEPT_GOLD:.0%} of held-out gold lie above {cutoff(model, held):.3f}")
    save(model, weights, encoder.name)
    report(f"written: {weights}")


def parts(
    found: Mapping[str, Sequence[Ranking]],
) -> tuple[list[list[Ranking]], list[list[Ranking]]]:
    """Part the rankings of each corpus into those to learn from and those held out."""
    learnt, held = [], []
    for own in found.values():
        _, kept = parted([each.query for each in own])
        out = {id(query) for query in kept}
        learnt.append([each for each in own if id(each.query) not in out])
        held.append([each for each in own if id(each.query) in out])
    return learnt, held


def ranking_loss(model: RelevanceModel, batch: Sequence[Ranking]) -> Tensor:
    """Return the mean negative log likelihood of each gold passage beside all that are not."""
    losses = []
    for each in batch:
        kept = each.gold | (np.arange(len(each.gold)) < KEPT)
        scores = model(torch.from_numpy(each.features[kept]))
        gold = torch.from_numpy(each.gold[kept])
        right, others = scores[gold], torch.logsumexp(scores[~gold], dim=0)
        losses.append((torch.logaddexp(right, others) - right).mean())
    return torch.stack(losses).mean()


def logits(model: RelevanceModel, ranking: Ranking) -> NDArray[np.float32]:
    """Return the logits of candidates."""
    with torch.no_grad():
        return np.asarray(model(torch.from_numpy(ranking.features)).numpy(), dtype=np.float32)


def measured(
    held: Sequence[Sequence[Ranking]], score: Callable[[Ranking], NDArray[np.float32]]
) -> dict[str, float]:
    """Return the recall of whole questions that scores give, the mean over the corpora."""
    recalls: dict[int, list[float]] = {2: [], 5: []}
    for own in held:
        whole = [each for each in own if each.query.kind == "whole"]
        for depth, means in recalls.items():
            if whole:
                means.append(float(np.mean([each.recall(score(each), depth) for each in whole])))
    return {f"recall@{depth}": float(np.mean(means)) for depth, means in recalls.items() if means}


def calibrate(model: RelevanceModel, held: Sequence[Ranking]) -> None:
    """Scale the last layer so that its logits are those of chances (Platt 1999)."""
    scores = torch.from_numpy(np.concatenate([logits(model, each) for each in held]))
    gold = torch.from_numpy(np.concatenate([each.gold for each in held])).float()
    scaling = torch.tensor([1.0, 0.0], requires_grad=True)
    optimizer = torch.optim.LBFGS([scaling], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        missed = nn.functional.binary_cross_entropy_with_logits(
            scores * scaling[0] + scaling[1], gold
        )
        missed.backward()  # type: ignore[no-untyped-call]
        return missed

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    slope, offset = scaling.detach()
    with torch.no_grad():
        model.out.weight.mul_(slope)
        model.out.bias.mul_(slope).add_(offset)


def cutoff(model: RelevanceModel, held: Sequence[Sequence[Ranking]]) -> float:
    """Return the chance that `KEPT_GOLD` of the gold among a search's first passages exceed."""
    chances = []
    for each in (each for own in held for each in own):
        scores = 1 / (1 + np.exp(-logits(model, each)))
        first = np.argsort(-scores, kind="stable")[:_SEARCH]
        chances.append(scores[first][each.gold[first]])
    return float(np.quantile(np.concatenate(chances), 1 - KEPT_GOLD))


def save(model: RelevanceModel, file: Path, encoder: str) -> None:
    """Write the weights, and the name of the encoder whose vectors were compared."""
    from safetensors.torch import save_file

    file.parent.mkdir(parents=True, exist_ok=True)
    tensors = {name: each.detach().contiguous() for name, each in model.state_dict().items()}
    save_file(tensors, file, metadata={"encoder": encoder})


def _teaches(each: Ranking) -> bool:
    return bool(each.gold.any() and not each.gold.all())
