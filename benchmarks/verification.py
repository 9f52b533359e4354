"""What verifying drafts against retrieval repairs, and what it harms, at known error rates.

The policy is a script: its drafts are right, wrong or missing at given rates, and it reads the
right passage at given rates too, with confidences that mean what they say: of the readings of
confidence 0.7, 70 % are right. The shapes of the chains are those of MuSiQue's training questions;
what they ask is made up, and whoever follows a wrong answer is led further astray. Graph, tree,
verification and backtracking are clew's own.

    python benchmarks/verification.py
"""

import argparse
import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from clew.evals.metrics import bootstrap
from clew.graphs.answer import Answer
from clew.graphs.expansion import expansion_named
from clew.graphs.plan import SubQuestion, missing_from
from clew.graphs.protocols import (
    ChainRequest,
    Draft,
    DraftedQuestion,
    Judges,
    Parts,
    PlanRequest,
    Proposal,
    ReadRequest,
    RefineRequest,
    RewriteRequest,
    WriteRequest,
)
from clew.graphs.queries.plain import Plain
from clew.graphs.state import Question
from clew.graphs.stating import stated
from clew.graphs.steps import (
    Quote,
    RankedPassage,
    Reading,
    Refinement,
    StepAnswer,
    Trajectory,
    Verdict,
)
from clew.graphs.verification import Verification
from clew.graphs.workflows import Workflow, workflow_named
from clew.graphs.workflows.searchain import searchain
from clew.tools.passages import Passage, passage_id
from clew.tools.search.base import FREE_OF_CHARGE, Found, Hit, SearchOutcome, Spending

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "train"
WAYS: Mapping[str, Workflow] = {
    "drafts only": workflow_named("direct"),
    "reading only": workflow_named("mindsearch"),
    "searchain": searchain(Verification()),
    "unverified": searchain(Verification(verifies=False)),
    "uncompleted": searchain(Verification(completes=False)),
    "from 0.7 on": searchain(Verification(sure=0.7)),
}


_SAID = "they say that it is "


class Rates(NamedTuple):
    """How good the script is.

    Attributes:
        knows: Share of the drafts that are right.
        errs: Share that is wrong; the rest is unknown.
        reads: Share of the readings that is right; confidences are drawn evenly around it, up to 1.
    """

    knows: float
    errs: float
    reads: float


class Scripted:
    """A policy that is right, wrong or silent by chance, the same chance each time.

    Args:
        chains: The sub-questions by question.
        rates: How often.
        seed: Seed of the chances.
    """

    name = "erring"
    reworks = False

    def __init__(self, chains: Mapping[str, Sequence[SubQuestion]], rates: Rates, seed: int):
        self._chains = chains
        self._rates = rates
        self._seed = seed

    async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
        """Propose the chain."""
        more = missing_from(request.plan, self._chains[request.question])
        return [Proposal(sub_questions=tuple(more.values()))]

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        """Write what is missing of the chain; whose parent is drafted wrongly goes wrong too."""
        missing = missing_from(request.plan, self._chains[request.question])
        answers = {id: step.answer.text or "" for id, step in request.steps.items()}
        drafted = []
        for id, sub in missing.items():
            parents = [answers[parent] for parent in sub.parents]
            draft = self._draft(f"{request.question} {id}", parents)
            answers[sub.id] = draft.text or ""
            drafted.append(DraftedQuestion(sub_question=sub, draft=draft))
        return drafted

    def _draft(self, link: str, parents: Sequence[str]) -> StepAnswer:
        knows, errs, _ = self._rates
        chance = self._chance("draft", link)
        if not all(parents) or chance >= knows + errs:
            return StepAnswer()
        right = chance < knows and not any("wrong" in parent for parent in parents)
        text = f"{'right' if right else 'wrong'} {link.replace(' ', '')}"
        return StepAnswer(text=text, confidence=knows / (knows + errs), recalled=True)

    async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
        """Search for the sub-question."""
        return [] if request.tried else [f"{request.question} {request.text}"]

    async def read(self, request: ReadRequest) -> Reading:
        """Read the right passage or the other, as sure as it is often right."""
        ranking = tuple(RankedPassage(passage_id=each.id, score=1.0) for each in request.passages)
        if not request.passages:
            return Reading()
        least = 2 * self._rates.reads - 1
        link = f"{request.question} {request.text}"
        sure = least + (1 - least) * self._chance("sure", link)
        chosen = request.passages[0 if self._chance("read", link) < sure else -1]
        start = chosen.text.index(_SAID) + len(_SAID)
        text = chosen.text[start:].removesuffix(".")
        quote = Quote(passage_id=chosen.id, text=text, start=start)
        answer = StepAnswer(text=text, quotes=(quote,), confidence=sure)
        return Reading(answer=answer, ranking=ranking)

    async def refine(self, request: RefineRequest) -> Refinement:
        """Leave the reading as it is."""
        return Refinement(reading=request.reading)

    async def write(self, request: WriteRequest) -> Draft:
        """State the steps' answers."""
        return stated(request.plan, request.steps)

    def _chance(self, *about: str) -> float:
        return random.Random("|".join((str(self._seed), *about))).random()


class World:
    """Says the right thing in one passage and a wrong one in another, or goes astray."""

    name = "world"

    async def search(
        self,
        query: str,
        *,
        limit: int,
        linked_from: Sequence[Passage] = (),
        spending: Spending = FREE_OF_CHARGE,
    ) -> SearchOutcome:
        """Return two passages, or one where the query holds a wrong answer."""
        question, link = query.split()[:2]
        kinds = ("wrong",) if "wrong" in query else ("right", "wrong")
        texts = [f"Of {query} {_SAID}{kind} {question}{link}." for kind in kinds]
        passages = [
            Passage(id=passage_id(text, 0, text), source=text, title="", text=text)
            for text in texts
        ]
        return Found(hits=tuple(Hit(passage=each, score=1.0) for each in passages))


class Confident:
    """A critic that takes confidences at their word, as it may here."""

    name = "confident"
    judges: Judges = "step"

    async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
        """Return each answer's confidence."""
        return [
            [
                Verdict(score=step.answer.confidence if step.answer.text else 0.0)
                for step in each.steps
            ]
            for each in trajectories
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--repeats", type=int, default=3, help="chains of each question's shape")
    arguments = parser.parse_args()
    chains = shapes(arguments.data / "musique_paragraphs.jsonl", arguments.repeats)
    print(f"{len(chains)} chains of {sum(map(len, chains.values())) / len(chains):.1f} links")
    print(
        "\n| drafts right, wrong | readings right | way | right | against reading only |"
        " repaired | harmed |"
    )
    print("| --- | ---: | --- | --- | --- | ---: | ---: |")
    for rates in (
        Rates(0.3, 0.3, 0.7), Rates(0.5, 0.2, 0.7), Rates(0.7, 0.2, 0.7),
        Rates(0.5, 0.2, 0.9), Rates(0.7, 0.2, 0.9), Rates(0.2, 0.5, 0.9),
    ):  # fmt: skip
        measure(chains, rates)


def shapes(path: Path, repeats: int) -> dict[str, list[SubQuestion]]:
    """Return chains that refer to their links as those of real questions do."""
    chains = {}
    for number, line in enumerate(path.open()):
        steps = json.loads(line)["decomposition"]
        for repeat in range(repeats):
            subs = []
            for place, step in enumerate(steps, start=1):
                parents = tuple(
                    f"q{n}" for n in dict.fromkeys(re.findall(r"#(\d)", step["question"]))
                )
                given = " ".join(f"{{{parent}}}" for parent in parents)
                subs.append(SubQuestion(id=f"q{place}", text=f"q{place} {given}", parents=parents))
            chains[f"c{number}x{repeat}"] = subs
    return chains


def measure(chains: Mapping[str, Sequence[SubQuestion]], rates: Rates) -> None:
    """Print what each way makes of the chains at these rates."""
    answers = {way: asyncio.run(run(workflow, chains, rates)) for way, workflow in WAYS.items()}
    right = {way: [is_right(each) for each in given] for way, given in answers.items()}
    for way, each in right.items():
        mean, low, high = bootstrap([float(one) for one in each])
        gain, least, most = bootstrap(
            [
                float(one) - float(other)
                for one, other in zip(each, right["reading only"], strict=True)
            ]
        )
        fate = fates(answers[way])
        print(
            f"| {rates.knows:.0%}, {rates.errs:.0%} | {rates.reads:.0%} | {way} "
            f"| {100 * mean:.1f} [{100 * low:.1f}, {100 * high:.1f}] "
            f"| {100 * gain:+.1f} [{100 * least:+.1f}, {100 * most:+.1f}] "
            f"| {fate['repaired']} of {fate['wrong']} | {fate['harmed']} of {fate['right']} |",
            flush=True,
        )


async def run(
    workflow: Workflow, chains: Mapping[str, Sequence[SubQuestion]], rates: Rates
) -> list[Answer]:
    policy = Scripted(chains, rates, seed=0)
    parts = Parts(policy=policy, critic=Confident(), backends=[World()], queries=Plain())
    graph = workflow(parts, expansion_named("greedy")).compile()
    return [(await graph.ainvoke(Question(question=name)))["answer"] for name in chains]


def is_right(answer: Answer) -> bool:
    return (answer.short_answer or "").startswith("right")


def fates(answers: Sequence[Answer]) -> Counter[str]:
    """Count the drafts on the path that was accepted, and what was made of them."""
    counts: Counter[str] = Counter()
    for answer in answers:
        for id in answer.tree.branches[answer.tree.current].nodes if answer.tree else ():
            node = answer.tree.nodes[id] if answer.tree else None
            if node and node.step and node.draft.text:
                drafted = "right" if node.draft.text.startswith("right") else "wrong"
                ended = (node.step.answer.text or "").startswith("right")
                counts[drafted] += 1
                counts["repaired"] += drafted == "wrong" and ended
                counts["harmed"] += drafted == "right" and not ended
    return counts


if __name__ == "__main__":
    main()
