"""A small run that many tests share: a chain of two sub-questions over four passages."""

from collections.abc import Sequence

from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import Judges, Proposal
from clew.graphs.steps import Trajectory, Verdict
from clew.tools.passages import Passage, passage_id


def passage(title: str, text: str) -> Passage:
    """Return a passage of a made-up source."""
    source = f"test.jsonl#{title}"
    return Passage(id=passage_id(source, 0, text), source=source, title=title, text=text)


POLAR = (
    passage("Endurance", "Endurance was a ship. Her captain was Frank Worsley."),
    passage("Frank Worsley", "Frank Worsley was born in Akaroa, New Zealand, in 1872."),
    passage("Fram", "Fram was designed by Colin Archer and launched in 1892."),
    passage("Colin Archer", "Colin Archer was born in Larvik, Norway."),
)
CHAIN = (
    SubQuestion(id="q1", text="Who was the captain of the Endurance?"),
    SubQuestion(id="q2", text="Where was {q1} born?", parents=("q1",)),
)
QUESTION = "Where was the captain of the Endurance born?"


class ContentCritic:
    """Finds every step good."""

    name = "content"
    judges: Judges = "step"

    async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
        return [[Verdict(score=1.0) for _ in each.steps] for each in trajectories]


def chain_policy() -> ScriptedPolicy:
    """Return a policy that answers `QUESTION` by `CHAIN`."""
    return ScriptedPolicy(
        [Proposal(sub_questions=CHAIN)], {"q1": "Frank Worsley", "q2": "Akaroa, New Zealand"}
    )
