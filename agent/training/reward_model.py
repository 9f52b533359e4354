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
from ..networks.weights import Head, save_trained
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

    def freeze_lower(self) -> None:
        """Keep the embeddings and the lower half of the layers from learning, or being stored."""
        encoder = self.backbone
        layers = encoder.encoder.layer  # type: ignore[union-attr]
        lower = layers[: len(layers) // 2]  # type: ignore[arg-type, index]
        for module in (encoder.embeddings, *lower):
            for parameter in module.parameters():
                parameter.requires_grad_(False)

    def forward(self, inputs: Sequence[StepInput]) -> Tensor:
        """Return the logits, one a step."""
        return self.of_text(inputs) + self.of_signs(inputs)

    def of_text(self, inputs: Sequence[StepInput]) -> Tensor:
        """Return what the text adds to the logits."""
        place = self.score.weight.device
        longest = max(len(each.ids) for each in inputs)
        ids = torch.zeros(len(inputs), longest, dtype=torch.long)
        types, read = torch.zeros_like(ids), torch.zeros_like(ids)
        for row, each in enumerate(inputs):
            length = len(each.ids)
            ids[row, :length] = torch.tensor(each.ids)
            types[row, each.first : length] = 1
            read[row, :length] = 1
        states = self.backbone(
            input_ids=ids.to(place),
            token_type_ids=types.to(place),
            attention_mask=read.to(place),
        ).last_hidden_state
        return self.score(self.dropout(states[:, 0]))[:, 0]  # type: ignore[no-any-return]

    def save(self, file: Path, notes: Mapping[str, float], backbone: str | None) -> None:
        """Write the weights as `clew` reads them (see `save_trained`); those of signs are notes."""
        state = {
            name: each.detach().float().cpu().numpy() for name, each in self.state_dict().items()
        }
        prefix = "backbone."
        encoder = {
            name.removeprefix(prefix): each
            for name, each in state.items()
            if name.startswith(prefix)
        }
        heads = {"score": Head(state["score.weight"], state["score.bias"], per_token=False)}
        save_trained(
            file, kind="reward", encoder=encoder, heads=heads, notes=notes, backbone=backbone
        )

    def of_signs(self, inputs: Sequence[StepInput]) -> Tensor:
        """Return what the signs add to the logits."""
        values = torch.tensor([each.signs for each in inputs], device=self.signs.weight.device)
        return self.signs(values)[:, 0]  # type: ignore[no-any-return]


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
