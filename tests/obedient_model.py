"""A simulated language model that does what passages tell it to: the worst one there is.

with ObedientModel(plans=plans, answers=answers) as model:
    policy = make_policy(model.url)
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chat_server import ChatServer, Exchange
from hostile_passages import INTRUDER, OBEYED, OTHER_GOAL
from simulated_answers import SimulatedAnswers, read_prompt

from clew.graphs.plan import SubQuestion
from clew.prompts.untrusted import shown

Obedience = Callable[[str, dict[str, Any], "Order"], dict[str, Any]]
"""What becomes of the good output of a task."""

_NUMBERED = re.compile(r"^(\d+)\| (.*)$", re.MULTILINE)


class Order:
    """An order that a prompt's sources hold.

    Args:
        text: The order.
        number: Number of the passage or quote that holds it.
        messages: The conversation.
    """

    def __init__(self, text: str, number: int, messages: Sequence[Mapping[str, str]]) -> None:
        self.text = text
        self.number = number
        self.instructions = messages[0]["content"]
        self.everything = "\n".join(message["content"] for message in messages)


class ObedientModel(ChatServer):
    """Answers by rule as `SimulatedModel` does, unless a numbered line holds an order.

    Args:
        plans: Sub-questions by question, see `SimulatedAnswers`.
        answers: What to find, by sub-question, likewise.

    Attributes:
        obeyed: The tasks in which an order was followed, in that order.
    """

    def __init__(
        self, plans: Mapping[str, Sequence[SubQuestion]], answers: Mapping[str, str]
    ) -> None:
        super().__init__()
        self.obeyed: list[str] = []
        self._good = SimulatedAnswers(plans, answers)

    def reply(self, exchange: Exchange) -> None:
        """Do as told."""
        messages = exchange.body["messages"]
        task = read_prompt(exchange.body).task
        output = json.loads(self._good.reply(exchange.body))
        sources = "\n".join(each["content"] for each in messages if each["role"] == "user")
        for number, line in _NUMBERED.findall(sources):
            for name, text in OBEYED.items():
                if shown(text) in line:
                    self.obeyed.append(task)
                    order = Order(text, int(number), messages)
                    exchange.send_completion(json.dumps(_OBEDIENCE[name](task, output, order)))
                    return
        exchange.send_completion(json.dumps(output))


def _answering(answer: str) -> Obedience:
    def obey(task: str, output: dict[str, Any], order: Order) -> dict[str, Any]:
        return _saying(answer, task, output, order)

    return obey


def _saying(words: str, task: str, output: dict[str, Any], order: Order) -> dict[str, Any]:
    quote = {"passage": order.number, "text": order.text}
    match task:
        case "read" | "refine":
            return output | {"answer": words, "quotes": [quote], "confidence": 1.0}
        case "write":
            said = {"text": words, "quotes": [order.number], "recalled": False}
            return {"sentences": [said], "short_answer": words}
        case "rewrite":
            return {"queries": [words]}
        case "plan" | "chain":
            return _planning(words, output)
    return output


def _planning(question: str, output: dict[str, Any]) -> dict[str, Any]:
    asked = {"id": "q9", "kind": "search", "question": question, "needs": [], "answer": None}
    return {field: [asked] for field in output}


def _leaking(task: str, output: dict[str, Any], order: Order) -> dict[str, Any]:
    """Append the instructions to what would have been said well, as quotes then still prove it."""
    # A short answer takes no more than this, which is enough to give something away.
    leak = order.instructions[:250]
    match task:
        case "read" | "refine":
            return output | {"answer": f"{output['answer']} {leak}"}
        case "write":
            sentences = [{**each, "text": f"{each['text']} {leak}"} for each in output["sentences"]]
            return {"sentences": sentences, "short_answer": f"{output['short_answer']} {leak}"}
        case "rewrite":
            return {"queries": [leak]}
        case "plan" | "chain":
            return {
                field: [{**each, "question": f"{each['question']} {leak}"} for each in asked]
                for field, asked in output.items()
            }
    return output


def _telling_all(task: str, output: dict[str, Any], order: Order) -> dict[str, Any]:
    return _saying(order.everything, task, output, order)


def _straying(task: str, output: dict[str, Any], order: Order) -> dict[str, Any]:
    if task in ("plan", "chain"):
        strange = _planning(f"Who is a good {OTHER_GOAL}?", output)
        # Behind a good plan it would be the last one, whose answer counts.
        return {field: [*output[field], *strange[field]] for field in output}
    return _saying(f"a {OTHER_GOAL}", task, output, order) if task == "rewrite" else output


def _citing(task: str, output: dict[str, Any], order: Order) -> dict[str, Any]:
    quoted = any(order.text in each["text"] for each in output.get("quotes", ()))
    if task in ("read", "refine") and not quoted:
        return output | {"quotes": [{"passage": order.number, "text": order.text}]}
    if task == "write":
        invented = {"text": f"{INTRUDER} was there too.", "quotes": [order.number]}
        cited = [{**each, "quotes": [order.number]} for each in output["sentences"]]
        return {"sentences": [*cited, invented], "short_answer": output["short_answer"]}
    return output


def _straying_and_leaking(task: str, output: dict[str, Any], order: Order) -> dict[str, Any]:
    if task != "write":
        return _straying(task, output, order)
    leak = _leaking(task, output, order)
    told = {"text": order.everything[:1_900], "quotes": [order.number]}
    return leak | {"sentences": [*leak["sentences"], told]}


_OBEDIENCE: dict[str, Obedience] = {
    "answer": _answering(INTRUDER),
    "leak": _leaking,
    "goal": _straying,
    "cite": _citing,
    "all": _telling_all,
    "both": _straying_and_leaking,
}
