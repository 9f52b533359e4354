"""The training loop: it learns, stops and goes on as if it had not, and can be lengthened."""

from collections.abc import Sequence
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from clew.agent.training.checkpoints import Schedule  # noqa: E402
from clew.agent.training.loop import train  # noqa: E402
from clew.errors import RunDirectoryError  # noqa: E402

WEIGHTS = torch.tensor([[1.0, -2.0, 0.5]])


def batches(part: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(part)
    return [torch.randn(8, 3, generator=generator) for _ in range(5)]


def run(folder: Path, schedule: Schedule, *, stop_after: int | None = None) -> torch.nn.Module:
    torch.manual_seed(1)
    model = torch.nn.Linear(3, 1)
    seen = 0

    def loss_of(batch: torch.Tensor) -> torch.Tensor:
        nonlocal seen
        if stop_after is not None and seen >= stop_after:
            raise KeyboardInterrupt
        seen += 1
        return ((model(batch) - batch @ WEIGHTS.T) ** 2).mean()

    lines: list[str] = []
    train(
        model,
        batches,
        loss_of,
        schedule,
        folder,
        validate=lambda: {"error": float((model.weight - WEIGHTS).abs().max())},
        report=lines.append,
        every=0.0,
    )
    return model


def test_learns(tmp_path: Path) -> None:
    model = run(tmp_path, Schedule(steps=300, rate=0.05, warmup=5))
    assert torch.allclose(model.weight, WEIGHTS, atol=0.05)


@pytest.mark.parametrize("stop", [1, 7, 23, 28])
def test_a_stopped_run_ends_as_one_that_was_not(tmp_path: Path, stop: int) -> None:
    schedule = Schedule(steps=30, rate=0.05, warmup=5)
    whole = run(tmp_path / "whole", schedule)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "parts", schedule, stop_after=stop)
    assert torch.equal(run(tmp_path / "parts", schedule).weight, whole.weight)


def test_a_lengthened_run_goes_on_from_before_the_fall(tmp_path: Path) -> None:
    run(tmp_path / "run", Schedule(steps=20, rate=0.05, warmup=5))
    longer = run(tmp_path / "run", Schedule(steps=40, rate=0.05, warmup=5))
    whole = run(tmp_path / "whole", Schedule(steps=40, rate=0.05, warmup=5))
    assert torch.equal(longer.weight, whole.weight)


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    schedule = Schedule(steps=10, rate=0.05, warmup=5)
    done = run(tmp_path, schedule)
    assert torch.equal(run(tmp_path, schedule, stop_after=0).weight, done.weight)


@pytest.mark.parametrize("other", [{"rate": 0.1}, {"seed": 3}, {"about": {"backbone": "another"}}])
def test_a_folder_of_another_run_is_refused(tmp_path: Path, other: dict[str, object]) -> None:
    run(tmp_path, Schedule(steps=10, rate=0.05))
    settings: dict[str, object] = {"steps": 10, "rate": 0.05, **other}
    with pytest.raises(RunDirectoryError, match="other settings"):
        run(tmp_path, Schedule(**settings))  # type: ignore[arg-type]


def test_the_rate_rises_stays_and_falls() -> None:
    schedule = Schedule(steps=100, rate=1.0, warmup=10)
    factors: Sequence[float] = [schedule.factor(step) for step in range(100)]
    assert factors[0] == pytest.approx(0.1)
    assert set(factors[9:75]) == {1.0}
    assert factors[99] == pytest.approx(1 / 25)
    assert sorted(factors[75:], reverse=True) == factors[75:]
