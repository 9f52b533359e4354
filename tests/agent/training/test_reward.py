"""Training the reward model from end to end, on an encoder so small that it takes seconds."""

import asyncio
import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tiny_backbone import make_tiny_backbone  # noqa: E402

from clew.agent.critics.reward import RewardCritic  # noqa: E402
from clew.agent.critics.reward_input import SIGNS  # noqa: E402
from clew.agent.networks.network import Network  # noqa: E402
from clew.agent.networks.weights import describe, load_trained  # noqa: E402
from clew.agent.training.backbone import freeze_lower, load_backbone  # noqa: E402
from clew.agent.training.labels import Weight, balanced  # noqa: E402
from clew.agent.training.reward import BATCH, batches, parted, platt, train_reward  # noqa: E402
from clew.agent.training.reward_examples import (  # noqa: E402
    Example,
    examples_of,
    part_of,
    varied,
)
from clew.agent.training.reward_model import RewardModel, logistic, reward_loss  # noqa: E402
from clew.agent.training.traces import append_traces  # noqa: E402
from clew.errors import TrainingDataError  # noqa: E402

from .reward_traces import made_traces  # noqa: E402

STEPS = 12


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_tiny_backbone(tmp_path_factory.mktemp("backbone")))


@pytest.fixture(scope="module")
def tokenizer(backbone: str):
    return load_backbone(backbone)[1]


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("traces") / "traces.jsonl"
    append_traces(file, made_traces(40))
    return file


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, traces: Path, backbone: str):
    """A trained model's file and what was reported."""
    folder = tmp_path_factory.mktemp("trained")
    told: list[str] = []
    train_reward(
        [traces],
        folder / "reward.safetensors",
        folder / "run",
        steps=STEPS,
        seed=0,
        backbone=backbone,
        report=told.append,
    )
    return folder / "reward.safetensors", told


def values(examples: list[Example]) -> list[float]:
    return [each.value for each in examples]


def test_steps_are_worth_what_was_rolled_out(tokenizer) -> None:
    right, wrong = made_traces(1)
    assert values(examples_of([right, wrong], tokenizer)) == [0.8, 1.0, 0.0, 0.0]


def test_without_rollouts_the_end_of_the_run_decides(tokenizer) -> None:
    assert values(examples_of(made_traces(1, labelled=False), tokenizer)) == [0.5, 1.0, 0.0, 0.0]


def test_steps_of_unknown_value_are_left_out(tokenizer) -> None:
    trace = made_traces(1)[1].model_copy(update={"values": (None, 0.0)})
    assert [each.step for each in examples_of([trace], tokenizer)] == [1]


def test_steps_come_in_other_shapes_too(tokenizer) -> None:
    (right, _) = made_traces(1)
    untold, untold_second, unread, unread_second = varied([right], tokenizer)
    signs = [
        dict(zip(SIGNS, each.input.signs, strict=True))
        for each in (untold, unread, untold_second, unread_second)
    ]
    assert [each["told"] for each in signs] == [0.0, 0.0, 0.0, 0.0]
    assert [each["answered"] for each in signs] == [1.0, 0.0, 1.0, 0.0]
    # A search is worth what the run was before it.
    assert values([untold, unread, untold_second, unread_second]) == [0.8, 0.5, 1.0, 0.8]


def test_beside_its_parents_alone_a_step_reads_less(tokenizer) -> None:
    (right, _) = made_traces(1)
    first, second = right.steps
    third = second.model_copy(
        update={
            "sub_question": second.sub_question.model_copy(
                update={"id": "q3", "text": "Where was {q1} born, again?"}
            )
        }
    )
    longer = right.model_copy(update={"steps": (first, second, third), "values": (0.8, 1.0, 1.0)})
    whole = examples_of([longer], tokenizer)[-1]
    (alone,) = [
        each for each in varied([longer], tokenizer) if each.step == 2 and each.input.signs[1] == 1
    ]
    assert alone.value == whole.value and alone.input.first < whole.input.first


def test_runs_of_a_question_stay_together() -> None:
    parts = parted(made_traces(60))
    questions = [{trace.question for trace in part} for part in parts.values()]
    assert sum(map(len, questions)) == len(set.union(*questions)) == 60
    assert all(len(part) % 2 == 0 for part in parts.values())
    counts = Counter(part_of(f"question {number}") for number in range(2_000))
    assert counts["learnt"] == pytest.approx(1_600, rel=0.05)
    assert counts["tuned"] == pytest.approx(200, rel=0.25)


def test_a_pass_holds_each_example_once_in_another_order_each_time(tokenizer) -> None:
    examples = examples_of(made_traces(30), tokenizer)
    pairs = list(zip(examples, balanced(values(examples), ["?"] * len(examples)), strict=True))
    first, second = batches(pairs, 0, seed=1), batches(pairs, 1, seed=1)
    for made in (first, second):
        assert Counter(id(pair) for batch in made for pair in batch) == Counter(map(id, pairs))
        assert max(map(len, made)) <= BATCH
    assert first == batches(pairs, 0, seed=1)
    assert first != second


def test_the_loss_is_the_cross_entropy_with_soft_labels() -> None:
    logits = torch.tensor([0.3, -1.2])
    chances = torch.sigmoid(logits).tolist()
    wanted = [
        -0.7 * math.log(chances[0]) - 0.3 * math.log(1 - chances[0]),
        -2 * math.log(1 - chances[1]),
    ]
    loss = reward_loss(logits, [Weight(0.7, 0.3), Weight(0.0, 2.0)])
    assert loss.item() == pytest.approx(sum(wanted) / 2, rel=1e-5)


def test_a_logistic_regression_finds_what_made_the_labels() -> None:
    table = torch.tensor([[x, y] for x in (0.0, 0.5, 1.0) for y in (0.0, 1.0)])
    chances = torch.sigmoid(table @ torch.tensor([2.0, -1.0]) + 0.5).tolist()
    weights = [Weight(chance, 1 - chance) for chance in chances]
    found, bias = logistic(table, weights, ridge=0.0)
    assert found.tolist() == pytest.approx([2.0, -1.0], abs=1e-3)
    assert bias == pytest.approx(0.5, abs=1e-3)


def test_platts_scaling_undoes_what_was_done_to_logits(tokenizer) -> None:
    (example, *_) = examples_of(made_traces(1), tokenizer)
    true = [-2.0, -0.5, 0.0, 1.0, 2.5]
    examples = [Example(example.input, 1 / (1 + math.exp(-logit)), "?", 0) for logit in true]
    scale, shift = platt([4 * logit + 1 for logit in true], examples)
    assert scale == pytest.approx(0.25, abs=1e-3) and shift == pytest.approx(-0.25, abs=1e-3)


def test_the_lower_half_of_the_encoder_stays_as_it_is(backbone: str) -> None:
    encoder, _ = load_backbone(backbone)
    freeze_lower(encoder)
    model = RewardModel(encoder)
    learning = {name for name, each in model.named_parameters() if each.requires_grad}
    assert "score.weight" in learning and "signs.weight" in learning
    assert any(name.startswith("backbone.encoder.layer.1.") for name in learning)
    assert not any("embeddings" in name or ".layer.0." in name for name in learning)


def test_padding_changes_nothing(backbone: str, tokenizer) -> None:
    torch.manual_seed(0)
    model = RewardModel(load_backbone(backbone)[0]).eval()
    torch.nn.init.normal_(model.score.weight)
    inputs = [each.input for each in examples_of(made_traces(2), tokenizer)]
    with torch.no_grad():
        together = model(inputs)
        alone = torch.cat([model([each]) for each in inputs])
    assert torch.allclose(together, alone, atol=1e-5)


def test_the_trained_critic_tells_right_runs_from_wrong_ones(trained, tmp_path: Path) -> None:
    critic = RewardCritic(Network(trained[0], "reward", cache_dir=tmp_path))
    held = parted(made_traces(60))["held out"]
    scored = asyncio.run(critic.score([trace.trajectory for trace in held]))
    for right, wrong in zip(scored[::2], scored[1::2], strict=True):
        assert right[-1].score > 0.7 > 0.3 > wrong[-1].score
        assert (
            right[-1].explanation
            == f"{right[-1].score:.0%} of the runs that looked like this ended right"
        )


def test_progress_and_calibration_are_told(trained) -> None:
    told = "\n".join(trained[1])
    assert "questions to learn from with" in told
    assert "AUROC 1.000" in told and "calibrated with scale" in told


def test_training_again_gives_the_same(trained, traces: Path, backbone: str, tmp_path: Path):
    out = tmp_path / "again.safetensors"
    folder = tmp_path / "run"
    train_reward(
        [traces], out, folder, steps=STEPS, seed=0, backbone=backbone, report=lambda _: None
    )
    assert describe(trained[0], "reward").notes == describe(out, "reward").notes
    first, again = (load_trained(file, "reward") for file in (trained[0], out))
    assert first.encoder.keys() == again.encoder.keys()
    for name, tensor in first.encoder.items():
        assert np.array_equal(tensor, again.encoder[name])


def test_traces_that_all_end_alike_are_not_enough(tmp_path: Path, backbone: str) -> None:
    file = tmp_path / "traces.jsonl"
    append_traces(file, made_traces(40)[::2])
    with pytest.raises(TrainingDataError, match="not enough to learn from"):
        train_reward(
            [file],
            tmp_path / "reward.safetensors",
            tmp_path / "run",
            steps=STEPS,
            seed=0,
            backbone=backbone,
            report=lambda _: None,
        )


def test_by_default_all_is_learnt_from_twice(traces: Path, backbone: str, tmp_path: Path) -> None:
    told: list[str] = []
    out = tmp_path / "reward.safetensors"
    train_reward(
        [traces], out, tmp_path / "run", steps=None, seed=0, backbone=backbone, report=told.append
    )
    (examples,) = re.findall(r"with ([\d,]+) examples", told[0])
    steps = math.ceil(2 * int(examples.replace(",", "")) / 32)
    assert any(line.startswith(f"step {steps} of {steps}:") for line in told)
