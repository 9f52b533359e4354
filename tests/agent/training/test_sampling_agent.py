"""What a reading is drawn from: the answers that the plain and the trained reader weigh."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import CHAIN, POLAR, QUESTION

from clew.agent.networks.network import Network
from clew.agent.policies.embedded.span_reader import SpanReader
from clew.agent.settings import Settings
from clew.agent.training.rollouts import Known, Rollouts
from clew.agent.training.sampling_agent import plain_options, sampling_agent, span_options
from clew.graphs.protocols import ReadRequest
from clew.graphs.steps import StepAnswer
from clew.tools.search.memory import MemorySearch

torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

EVIDENCE = {each.id: each for each in POLAR}


def request(text: str = CHAIN[0].text) -> ReadRequest:
    return ReadRequest(question=QUESTION, sub_question=CHAIN[0], text=text, passages=POLAR)


def check(offered: Sequence[StepAnswer]) -> None:
    """Every answer has a chance and a verbatim quote; the last one says nothing."""
    *answers, silence = offered
    assert silence.text is None and not silence.quotes
    assert len({each.text for each in answers}) == len(answers) > 1
    assert all(0 < each.confidence <= 1 for each in answers)
    assert all(each.quotes and each.quotes[0].is_verbatim(EVIDENCE) for each in answers)


def test_the_plain_reader_offers_spans(encoder: "Encoder") -> None:
    offered = plain_options(encoder)(request())
    check(offered)
    assert "Frank Worsley" in {each.text for each in offered}
    chances = [each.confidence for each in offered[:-1]]
    assert chances == sorted(chances, reverse=True)


def test_a_question_for_yes_or_no_is_left_to_the_policy(encoder: "Encoder") -> None:
    assert plain_options(encoder)(request("Was Frank Worsley born in Akaroa?")) == ()


@pytest.mark.slow
def test_the_trained_reader_offers_spans_with_chances_that_add_up(tmp_path: Path) -> None:
    from tiny_backbone import make_tiny_backbone

    from clew.agent.training.backbone import load_backbone
    from clew.agent.training.span_model import SpanModel

    torch.manual_seed(0)
    folder = str(make_tiny_backbone(tmp_path / "backbone"))
    file = tmp_path / "reader.safetensors"
    SpanModel(load_backbone(folder)[0]).save(file, "reader", {}, folder)
    spans = SpanReader(Network(file, "reader", cache_dir=tmp_path))
    offered = span_options(spans)(request())
    check(offered)
    whole = spans.answers(CHAIN[0].text, POLAR)
    assert offered[0].confidence == pytest.approx(whole[0].chance, abs=1e-4)
    assert offered[-1].confidence == pytest.approx(1 - sum(each.chance for each in whole), abs=1e-3)


@pytest.mark.slow
def test_the_agent_is_the_same_every_time() -> None:
    known = Known("1", QUESTION, ("Akaroa",))

    def labelled() -> list[str]:
        agent = sampling_agent(Settings.load(), search=[MemorySearch(POLAR)])
        traces = asyncio.run(Rollouts(agent, count=3).labelled(known))
        return [trace.trimmed().model_dump_json(exclude={"steps"}) for trace in traces]

    first = labelled()
    assert first and labelled() == first
