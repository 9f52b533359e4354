"""Training a query adapter for a corpus: a contrastive loss against its hardest passages."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ...errors import TrainingDataError
from ...tools.corpus.encoder import Encoder
from ...tools.corpus.index import CorpusIndex, open_corpus
from .backbone import device
from .checkpoints import Schedule
from .loop import train
from .reading_examples import occurrences
from .retrieval_examples import Query, own_queries, parted

ENTRIES = 64
"""Entries of the dictionary; the paper tries 16 to 128."""
BATCH = 64
RATE = 3e-3
NEAREST = 200
"""Passages nearest to a query, which are its hard negatives unless they are gold."""
BY_TERMS = 50
"""Likewise those of the highest BM25 scores."""
TEMPERATURE = 0.05
DEPTH = 5
"""Depth of the recall that is validated on."""
_PART = 50  # batches that are drawn together


@dataclass(frozen=True)
class Lesson:
    """What a query is to come closer to, and what not.

    Attributes:
        vector: The query's vector, (d,).
        passages: Vectors of the gold passages, then of the others, (passages, d).
        gold: How many are gold; they are the first.
    """

    vector: NDArray[np.float32]
    passages: NDArray[np.float32]
    gold: int


class AdapterModel(nn.Module):
    """`clew.tools.corpus.adapter.QueryAdapter` in torch, for batches.

    Args:
        dimension: Length d of the vectors.
        entries: Entries of the dictionary.
    """

    def __init__(self, dimension: int, entries: int = ENTRIES) -> None:
        super().__init__()
        self.keys = nn.Parameter(0.3 * torch.randn(entries, dimension))
        # All zero, so that training begins with queries where they are.
        self.values = nn.Parameter(torch.zeros(entries, dimension))

    def forward(self, vectors: Tensor) -> Tensor:
        """Return vectors (queries, d) moved and scaled to length 1."""
        shares = torch.softmax(vectors @ self.keys.T, dim=-1)
        return functional.normalize(vectors + shares @ self.values, dim=-1)


def train_adapter(
    home: Path,
    corpus: str,
    queries: Path,
    weights: Path,
    checkpoints: Path,
    *,
    encoder: Encoder,
    steps: int = 300,
    seed: int = 0,
    report: Callable[[str], None],
    chroma_url: str | None = None,
) -> None:
    """Train an adapter for a corpus of the user's own.

    Args:
        home: Directory in which clew keeps its data.
        corpus: Name of the corpus.
        queries: Queries with the documents they should find; see `own_queries`.
        weights: The file to write.
        checkpoints: Folder for checkpoints.
        encoder: The encoder that the corpus was indexed with.
        steps: Batches to learn from.
        seed: Of everything that is drawn.
        report: Takes lines about the progress.
        chroma_url: Address of the Chroma server that holds the vectors, if one does.

    Raises:
        CorpusError: The corpus cannot be used.
        TrainingDataError: The queries cannot be used.
    """
    index = open_corpus(home, corpus, chroma_url=chroma_url)
    sources = [each.source for each in index.documents()]
    learnt, held = parted(own_queries(queries, sources))
    taught, measured = (lessons(index, encoder, each) for each in (learnt, held))
    index.close()
    if not taught:
        raise TrainingDataError(
            f"no query of {queries} finds any of its documents in {corpus!r}, so that there is "
            "nothing to learn from: check that the queries belong to this corpus"
        )
    report(f"{len(taught)} queries to learn from, {len(measured)} held out")
    torch.manual_seed(seed)
    model = AdapterModel(encoder.dimension).to(device())

    def batches(part: int) -> list[list[Lesson]]:
        draw = random.Random(f"{seed}:{part}")
        return [draw.choices(taught, k=BATCH) for _ in range(_PART)]

    def validate() -> dict[str, float]:
        return {f"recall@{DEPTH}": recall(model, measured)}

    report(f"recall@{DEPTH} {validate()[f'recall@{DEPTH}']:.4f} before training")
    train(
        model,
        batches,
        lambda batch: contrastive_loss(model, batch),
        Schedule(steps, RATE, seed=seed, about={"encoder": encoder.name, "corpus": corpus}),
        checkpoints,
        validate=validate,
        report=report,
    )
    save(model, weights, encoder.name)
    report(f"written: {weights}")


def lessons(index: CorpusIndex, encoder: Encoder, queries: Sequence[Query]) -> list[Lesson]:
    """Look up what terms and vectors find for queries, in the whole corpus: gold and others.

    Gold that is not among it is too far away to be moved to, such as the second hop of a
    question. What holds the answer is no negative, whether or not anybody called it gold.
    """
    found = []
    for query, vector in zip(queries, encoder.encode([each.text for each in queries]), strict=True):
        near = index.search_vectors(vector, NEAREST)
        terms = index.search_terms(query.text, BY_TERMS)
        gold, others = [], []
        for each in index.passages(list(dict.fromkeys(id for id, _ in (*near, *terms)))):
            if query.is_gold(each.source):
                gold.append(each.id)
            elif not (query.answer and occurrences(query.answer, [(each.title, each.text)])):
                others.append(each.id)
        if gold and others:
            found.append(Lesson(vector, index.vectors([*gold, *others]), len(gold)))
    return found


def contrastive_loss(model: AdapterModel, batch: Sequence[Lesson]) -> Tensor:
    """Return the mean negative log likelihood of each gold passage beside all that are not."""
    place = model.keys.device
    moved = model(torch.from_numpy(np.stack([each.vector for each in batch])).to(place))
    losses = []
    for vector, lesson in zip(moved, batch, strict=True):
        scores = torch.from_numpy(lesson.passages).to(place) @ vector / TEMPERATURE
        gold, others = scores[: lesson.gold], torch.logsumexp(scores[lesson.gold :], dim=0)
        losses.append((torch.logaddexp(gold, others) - gold).mean())
    return torch.stack(losses).mean()


def recall(model: AdapterModel, chosen: Sequence[Lesson]) -> float:
    """Return the mean share of gold passages among the first `DEPTH` of the lessons' passages."""
    shares = []
    with torch.no_grad():
        for lesson in chosen:
            vector = model(torch.from_numpy(lesson.vector).to(model.keys.device)[None])[0].cpu()
            scores = torch.from_numpy(lesson.passages) @ vector
            first = torch.topk(scores, min(DEPTH, len(scores))).indices
            shares.append(float((first < lesson.gold).sum()) / min(DEPTH, lesson.gold))
    return float(np.mean(shares)) if shares else float("nan")


def save(model: AdapterModel, file: Path, encoder: str) -> None:
    """Write an adapter's weights, and the name of the encoder that they belong to."""
    from safetensors.torch import save_file

    file.parent.mkdir(parents=True, exist_ok=True)
    tensors = {name: each.detach().cpu().contiguous() for name, each in model.state_dict().items()}
    save_file(tensors, file, metadata={"encoder": encoder})
