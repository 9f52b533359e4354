"""The reader's network while it learns: a BERT encoder under two heads, in torch.

One head gives each token its logits to begin and to end the answer; the other gives the same to
three answers that stand nowhere in the text: none, yes and no (as BERT does for SQuAD 2, Devlin et
al. 2019, with its null; passages are read jointly within a window, and windows are comparable by
how far a span lies above the window's own "none": Clark and Gardner 2018, section 3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ..policies.embedded.windows import Window
from .backbone import save_model, states_of

OPTIONS = ("none", "yes", "no")


@dataclass(frozen=True)
class Target:
    """What is right in a window: token spans of the answer, or one of the options.

    Attributes:
        spans: First and last token of each place where the answer stands.
        option: Place in `OPTIONS` where there is no span.
    """

    spans: tuple[tuple[int, int], ...]
    option: int | None


@dataclass(frozen=True)
class Example:
    """A window and what is right in it."""

    window: Window
    target: Target


class SpanModel(nn.Module):
    """Scores the tokens of windows as starts and ends of answers.

    Args:
        backbone: A BERT encoder without pooling head.
    """

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        width = int(backbone.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.spans = nn.Linear(width, 2)
        self.options = nn.Linear(width, 2 * len(OPTIONS))

    def forward(self, windows: Sequence[Window]) -> tuple[Tensor, Tensor]:
        """Return the logits of starts and of ends.

        Returns:
            Two tensors (windows, tokens + 3): the tokens', minus infinity where a token is no
            part of a passage, then those of `OPTIONS`.
        """
        states = states_of(self.backbone, [(each.ids, each.question_tokens) for each in windows])
        text = torch.zeros(states.shape[:2], dtype=torch.bool)
        for row, window in enumerate(windows):
            text[row, : len(window.ids)] = torch.tensor(
                [each is not None for each in window.places]
            )
        tokens = self.spans(states).masked_fill(~text.to(states.device)[..., None], -1e4)
        options = self.options(states[:, 0]).view(len(windows), len(OPTIONS), 2)
        starts, ends = torch.cat([tokens, options], dim=1).unbind(dim=-1)
        return starts, ends

    def loss(self, batch: Sequence[Example]) -> Tensor:
        """Return the loss over examples (see `span_loss`)."""
        starts, ends = self([each.window for each in batch])
        return span_loss(starts, ends, [each.target for each in batch])

    def exactly(self, batches: Sequence[Sequence[Example]]) -> float:
        """Return the share of windows whose likeliest start and end are both right."""
        right = total = 0
        for batch in batches:
            starts, ends = self([each.window for each in batch])
            tokens = starts.shape[1] - len(OPTIONS)
            for row, example in enumerate(batch):
                begin, end = int(starts[row].argmax()), int(ends[row].argmax())
                option = example.target.option
                if option is not None:
                    right += begin == end == tokens + option
                else:
                    right += (begin, end) in example.target.spans
            total += len(batch)
        return right / max(1, total)

    def save(self, file: Path, kind: str, notes: Mapping[str, float], backbone: str | None) -> None:
        """Write the weights (see `save_model`)."""
        heads = {"spans": True, "options": False}
        save_model(self, file, kind=kind, heads=heads, notes=notes, backbone=backbone)


def span_loss(starts: Tensor, ends: Tensor, targets: Sequence[Target]) -> Tensor:
    """Return the mean negative log likelihood of beginning and ending at any right place."""
    tokens = starts.shape[1] - len(OPTIONS)
    right = torch.full((2, *starts.shape), -torch.inf, device=starts.device)
    for row, target in enumerate(targets):
        if target.option is not None:
            right[:, row, tokens + target.option] = 0
        for first, last in target.spans:
            right[0, row, first] = 0
            right[1, row, last] = 0
    losses = [
        torch.logsumexp(logits, dim=1) - torch.logsumexp(logits + mask, dim=1)
        for logits, mask in ((starts, right[0]), (ends, right[1]))
    ]
    return torch.stack(losses).mean()
