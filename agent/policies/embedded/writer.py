"""Writing the answer: one cited sentence for each step on the way to it."""

import re
from collections.abc import Mapping, Sequence

from ....graphs.plan import Plan, SubQuestion
from ....graphs.protocols import CitedSentence, Draft, Judges, WriteRequest
from ....graphs.steps import Quote, Step
from .questions import analysed
from .reasoning import side_names
from .wording import as_statement

SUPPORTED = 0.3
"""Below this verdict on a step that the answer rests on, abstaining is the better answer."""

LIKELY = 0.05
"""Below this chance that the answer is right, abstaining is the better answer.

Much lower than the other, for it is a chance of the whole way, of which every step takes some.
"""


def written(request: WriteRequest) -> Draft:
    """Return the answer with its path of steps, or an abstention."""
    decisive = _decisive(request.plan, request.steps)
    if decisive is None:
        return Draft()
    path = _path(request.plan, decisive, request.steps)
    if _is_doubtful([decisive] if request.judges == "path" else path, request.judges):
        return Draft()
    sentences = [
        sentence for step in path if (sentence := _sentence(step, request.steps)) is not None
    ]
    return Draft(short_answer=decisive.answer.text, sentences=tuple(sentences))


def _is_doubtful(judged: Sequence[Step], judges: Judges) -> bool:
    least = LIKELY if judges == "path" else SUPPORTED
    return any(step.verdict is not None and step.verdict.score < least for step in judged)


def _decisive(plan: Plan, steps: Mapping[str, Step]) -> Step | None:
    """Return the step that answers the question: the sink that knows, the latest such one."""
    for sub in reversed(plan.sinks()):
        step = steps.get(sub.id)
        if step is not None and step.answer.text is not None:
            return step
    return None


def _path(plan: Plan, decisive: Step, steps: Mapping[str, Step]) -> list[Step]:
    return [
        steps[sub.id]
        for sub in plan.leading_to([decisive.sub_question.id])
        if sub.id in steps and steps[sub.id].answer.text is not None
    ]


def _sentence(step: Step, steps: Mapping[str, Step]) -> CitedSentence | None:
    answer = step.answer
    if answer.text is None:
        return None
    sub = step.sub_question
    if sub.kind == "reason":
        text, quotes = _conclusion(sub, answer.text), _quotes_of(sub, answer.quotes, steps)
    elif analysed(step.text).answer == "yes_no":
        text, quotes = f"{step.text.strip()} {answer.text.capitalize()}.", answer.quotes[:2]
    else:
        text, quotes = as_statement(step.text, answer.text), answer.quotes[:2]
    return CitedSentence(text=text[:1].upper() + text[1:], quotes=tuple(quotes))


def _quotes_of(
    sub: SubQuestion, quotes: Sequence[Quote], steps: Mapping[str, Step]
) -> tuple[Quote, ...]:
    if quotes:
        return tuple(quotes)
    found = [quote for id in sub.parents if id in steps for quote in steps[id].answer.quotes[:1]]
    return tuple(dict.fromkeys(found))


def _conclusion(sub: SubQuestion, answer: str) -> str:
    bare = re.sub(r" \(\{\w+\}\)", "", sub.text).strip().rstrip("?")
    if match := re.match(r"Is it true that (.+)", bare):
        claim = match[1][0].upper() + match[1][1:]
        return f"{claim}: {answer}."
    if side_names(sub.text) and ": " in bare:
        head = bare.split(": ")[0]
        if match := re.match(r"(?:Who|Which(?: \w+)?) (?P<rest>.+)", head):
            if relation := re.match(r"has the (?P<rel>.+?) who (?P<rest>.+)", match["rest"]):
                role, rest = relation["rel"], relation["rest"]
                return f"The {role} of {answer} {rest}, so the answer is {answer}."
            return f"{answer} {match['rest']}."
    if match := re.match(r"What (\w+) do (.+) share", bare):
        return f"{match[2]} share the {match[1]} {answer}."
    return f"{bare}: {answer}."
