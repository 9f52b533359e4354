"""The embedded agent as rollouts run it: drawn readings, remembered searches, no judge."""

from collections.abc import Iterator, Sequence

from ...graphs.protocols import Judges, ReadRequest
from ...graphs.steps import StepAnswer, Trajectory, Verdict
from ...tools.passages import Passage
from ...tools.search.base import SearchBackend
from ..assembly import Assembly
from ..networks.shipped import network_of
from ..policies.embedded.both_readers import READ, of_span
from ..policies.embedded.choosing import options
from ..policies.embedded.queries import with_descriptions
from ..policies.embedded.questions import Asked, analysed
from ..policies.embedded.sentences import Candidate, candidates, quote_of
from ..policies.embedded.span_reader import SpanReader
from ..policies.embedded.statements import stated
from ..policies.embedded.text import bare_title, plain
from ..policies.embedded.vectors import TextEncoder, VectorCache
from ..search_agent import SearchAgent
from ..settings import Settings
from .remembering import RememberingSearch
from .sampled_policy import OptionsOf, SampledPolicy

_OFFERED = 6
"""Answers that a reading is drawn from, at most."""
_SILENCE = 0.1
"""How likely nothing is said, beside the chances of the answers, where no reader tells."""


class NoJudge:
    """A critic that finds every step good: what is rolled out must not depend on a judge's taste.

    The rollouts train the judge, and an answer that one withheld would count as wrong.
    """

    name = "none"
    judges: Judges = "step"

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return the best verdict for each step."""
        return [[Verdict(score=1.0) for _ in each.steps] for each in trajectories]


def sampling_agent(
    settings: Settings, *, search: Sequence[SearchBackend] | None = None
) -> SearchAgent:
    """Return the embedded agent for rollouts.

    Args:
        settings: What the agent runs with; runs are not saved, whatever they say.
        search: Where to search, instead of what the settings name.

    Raises:
        ClewError: The encoder or the corpus cannot be loaded.
    """
    settings = settings.replaced(policy="embedded", save_runs=False, check_support=False)
    assembly = Assembly(settings)
    network = network_of("reader", settings.weights, cache_dir=settings.home / "models")
    options_of = span_options(SpanReader(network)) if network else plain_options(assembly.encoder)
    return SearchAgent(
        settings,
        policy=SampledPolicy(assembly.policy, options_of, seed=settings.seed),
        critic=NoJudge(),
        search=[RememberingSearch(backend) for backend in search or assembly.backends()],
    )


def span_options(spans: SpanReader) -> OptionsOf:
    """Return what gives the answers that the trained reader finds, with their chances.

    Args:
        spans: The reader.
    """

    def options_of(request: ReadRequest) -> Sequence[StepAnswer]:
        text = with_descriptions(request.text, request.parents)
        yes_no = analysed(text).answer == "yes_no"
        found = spans.answers(text, request.passages[:READ], yes_no=yes_no)
        silence = max(0.0, 1 - sum(each.chance for each in found))
        answers = [of_span(each) for each in found[:_OFFERED]]
        return [*answers, StepAnswer(confidence=round(silence, 4))]

    return options_of


def plain_options(encoder: TextEncoder) -> OptionsOf:
    """Return what gives the answers that the plain reader weighs.

    Args:
        encoder: The encoder whose cosines rank sentences.
    """
    vectors = VectorCache(encoder)

    def options_of(request: ReadRequest) -> Sequence[StepAnswer]:
        text = with_descriptions(request.text, request.parents)
        return _offered(text, request.passages, vectors)

    return options_of


def _offered(text: str, passages: Sequence[Passage], vectors: VectorCache) -> Sequence[StepAnswer]:
    asked = analysed(text)
    if asked.answer == "yes_no":
        return ()
    found = candidates(asked, passages, vectors)
    titles = frozenset(bare_title(each.passage.title) for each in found)
    best: dict[str, StepAnswer] = {}
    for candidate in found:
        for answer in _of_candidate(asked, candidate, titles):
            key = plain(answer.text or "")
            if key not in best or answer.confidence > best[key].confidence:
                best[key] = answer
    first = sorted(best.values(), key=lambda each: (-each.confidence, each.text or ""))[:_OFFERED]
    return [*first, StepAnswer(confidence=_SILENCE)]


def _of_candidate(
    asked: Asked, candidate: Candidate, titles: frozenset[str]
) -> Iterator[StepAnswer]:
    statement = stated(asked, candidate)
    chances = [(statement.text, statement.confidence)] if statement else []
    for option in () if statement else options(asked, candidate, titles):
        chances.append((option.text, option.chance * option.support))
    for text, chance in chances:
        confidence = round(min(1.0, max(0.001, chance)), 4)
        yield StepAnswer(text=text, quotes=(quote_of(candidate),), confidence=confidence)
