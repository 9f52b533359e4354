"""The process reward model while it learns: a BERT encoder under one logit, beside plain signs.

A discriminative process reward model (Lightman et al. 2024): the state of [CLS] over question,
earlier steps and the latest one with its evidence gives a logit; a linear term over the signs of
`reward_input` is added to it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from ..critics.reward_input import SIGNS, StepInput
from .backbone import save_model, states_of
from .labels import Weight


class RewardModel(nn.Module):
    """Gives the logit of a step's value.

    Args:
        backbone: A BERT encoder without pooling head.
    """

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        width = int(backbone.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.dropout = nn.Dropout(0.1)
        self.score = nn.Linear(width, 1)
        self.signs = nn.Linear(len(SIGNS), 1)
        nn.init.zeros_(self.score.weight)
        nn.init.zeros_(self.score.bias)

    def forward(self, inputs: Sequence[StepInput]) -> Tensor:
        """Return the logits, one a step."""
        return self.of_text(inputs) + self.of_signs(inputs)

    def of_text(self, inputs: Sequence[StepInput]) -> Tensor:
        """Return what the text adds to the logits."""
        states = states_of(self.backbone, [(each.ids, each.first) for each in inputs])
        return self.score(self.dropout(states[:, 0]))[:, 0]  # type: ignore[no-any-return]

    def of_signs(self, inputs: Sequence[StepInput]) -> Tensor:
        """Return what the signs add to the logits."""
        values = torch.tensor([each.signs for each in inputs], device=self.signs.weight.device)
        return self.signs(values)[:, 0]  # type: ignore[no-any-return]

    def save(self, file: Path, notes: Mapping[str, float], backbone: str | None) -> None:
        """Write the weights (see `save_model`); those of the signs are among the notes."""
        save_model(
            self, file, kind="reward", heads={"score": False}, notes=notes, backbone=backbone
        )


def reward_loss(logits: Tensor, weights: Sequence[Weight]) -> Tensor:
    """Return the cross-entropy with soft labels.

    Args:
        logits: One a step.
        weights: How much each counts as good, and as bad.
    """
    good, bad = torch.tensor(weights, device=logits.device, dtype=logits.dtype).unbind(dim=1)
    losses = good * nn.functional.softplus(-logits) + bad * nn.functional.softplus(logits)
    return losses.mean()


def logistic(features: Tensor, weights: Sequence[Weight], *, ridge: float) -> tuple[Tensor, float]:
    """Fit a logistic regression with soft labels (also Platt's scaling, of one feature).

    Args:
        features: (steps, features).
        weights: How much each step counts as good, and as bad.
        ridge: Weight of the squared coefficients.

    Returns:
        The coefficients and the intercept.
    """
    found = torch.zeros(features.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    table = features.double()
    optimizer = torch.optim.LBFGS([found], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = reward_loss(table @ found[:-1] + found[-1], weights)
        loss = loss + ridge * (found[:-1] ** 2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return found.detach()[:-1].float(), float(found.detach()[-1])
