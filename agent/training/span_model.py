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

from ..networks.weights import Head, save_trained
from ..policies.embedded.windows import Window

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
        place = self.spans.weight.device
        longest = max(len(window.ids) for window in windows)
        ids = torch.zeros(len(windows), longest, dtype=torch.long)
        types = torch.zeros_like(ids)
        read = torch.zeros_like(ids)
        text = torch.zeros(len(windows), longest, dtype=torch.bool)
        for row, window in enumerate(windows):
            length = len(window.ids)
            ids[row, :length] = torch.tensor(window.ids)
            types[row, window.question_tokens : length] = 1
            read[row, :length] = 1
            text[row, :length] = torch.tensor([each is not None for each in window.places])
        states = self.backbone(
            input_ids=ids.to(place),
            token_type_ids=types.to(place),
            attention_mask=read.to(place),
        ).last_hidden_state
        tokens = self.spans(states).masked_fill(~text.to(place)[..., None], -1e4)
        options = self.options(states[:, 0]).view(len(windows), len(OPTIONS), 2)
        starts, ends = torch.cat([tokens, options], dim=1).unbind(dim=-1)
        return starts, ends

    def save(self, file: Path, kind: str, notes: Mapping[str, float], backbone: str | None) -> None:
        """Write the weights as `clew` reads them (see `save_trained`)."""
        state = {
            name: each.detach().float().cpu().numpy() for name, each in self.state_dict().items()
        }
        prefix = "backbone."
        save_trained(
            file,
            kind=kind,
            encoder={
                name.removeprefix(prefix): each
                for name, each in state.items()
                if name.startswith(prefix)
            },
            heads={
                "spans": Head(state["spans.weight"], state["spans.bias"], per_token=True),
                "options": Head(state["options.weight"], state["options.bias"], per_token=False),
            },
            notes=notes,
            backbone=backbone,
        )


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
