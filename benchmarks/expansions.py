"""Expansions side by side at equal budgets: the same questions, policy, retriever and limits.

An arm is an expansion with the critic that steers it. Each is run under every budget, a number of
searches with policy calls in proportion, which is a limit: what was spent of it is told beside the
quality and is what the plot has on its axis. Differences in F1 are over the first greedy arm under
the same budget, paired by question.

The critic ``oracle`` knows the gold answers. It says how good the search could be if its reward
were perfect, exists in this file only, and cannot be chosen in clew.

    python benchmarks/expansions.py --out runs/expansions
    python benchmarks/expansions.py --out runs/few --set 2wiki --limit 50 --budgets 8 16
    python benchmarks/expansions.py --out runs/expansions --arms greedy/support lats/reward
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from multihop import DATA, SETS, cell
from workflows import difference

from clew import SearchAgent, Settings
from clew.agent.critics.support import SupportCritic
from clew.errors import ClewError
from clew.evals import QuestionSet, Run, evaluate, load_questions, read_run
from clew.evals.cli.progress import RunView
from clew.evals.compare import compared
from clew.evals.comparison import ComparedRun
from clew.evals.metrics import f1
from clew.graphs.plan import make_plan
from clew.graphs.protocols import Judges
from clew.graphs.question import checked_question
from clew.graphs.steps import Trajectory, Verdict
from clew.graphs.tree_search.run_states import deciding_step
from clew.tools.corpus.encoder import load_encoder
from clew.tools.corpus.encoder_lazy import LazyEncoder
from clew.tools.corpus.indexing import index_documents

ORACLE = "oracle"
ORACLE_TOLD = "oracle: knows the gold, an upper bound, not part of clew"
ARMS = (
    *("greedy/support", "best_of_n/support", "beam/support", "mcts/support"),
    *("mcts/reward", f"mcts/{ORACLE}"),
)
BUDGETS = (4, 8, 16, 32)
CALLS_PER_SEARCH = 4
"""Policy calls allowed for each search: so many that searches are what runs out first."""
QUALITY, COST = ("em", "f1"), ("searches", "policy_calls", "seconds_p50")
COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
SHAPES = "osD^vP*X"


class Arm(NamedTuple):
    """An expansion with the critic that steers it."""

    expansion: str
    critic: str

    @property
    def name(self) -> str:
        """Its name as it is given."""
        return f"{self.expansion}/{self.critic}"

    @property
    def told(self) -> str:
        """Its name where results are shown."""
        return f"{self.name} ({ORACLE_TOLD})" if self.critic == ORACLE else self.name


class OracleCritic:
    """Scores what a state answers by the gold answers, which nothing in clew gets to see.

    A step in the making is judged by the support critic, so that sub-questions are researched as
    in the arms beside it and only the search's reward differs.

    Args:
        gold: The gold answers by question.
        making: Judges steps in the making.
    """

    name = ORACLE
    judges: Judges = "path"

    def __init__(self, gold: Mapping[str, Sequence[str]], making: SupportCritic) -> None:
        self._gold = gold
        self._making = making

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return for each step the F1 of the trajectory's answer with the gold."""
        # What a step spent is written down when it is done.
        if all(not each.steps[-1].usage.policy_calls for each in trajectories if each.steps):
            return await self._making.score(trajectories)
        return [[self._verdict(each)] * len(each.steps) for each in trajectories]

    def _verdict(self, trajectory: Trajectory) -> Verdict:
        plan = make_plan(step.sub_question for step in trajectory.steps)
        step = deciding_step(plan, {each.sub_question.id: each for each in trajectory.steps})
        said = step.answer.text if step else None
        return Verdict(score=f1(said, self._gold[trajectory.question]))


class Agents:
    """Makes the agents of an arm.

    Args:
        questions: Their gold answers are for the oracle.
        critic: Name of the critic.
    """

    def __init__(self, questions: QuestionSet, critic: str) -> None:
        self._gold = {checked_question(each.question): each.answers for each in questions.questions}
        self._critic = critic

    def __call__(self, settings: Settings) -> SearchAgent:
        if self._critic != ORACLE:
            return SearchAgent(settings, critic=self._critic)
        encoder = LazyEncoder(
            lambda: load_encoder(settings.encoder, cache_dir=settings.home / "models")
        )
        return SearchAgent(settings, critic=OracleCritic(self._gold, SupportCritic(encoder)))


def arm_named(name: str) -> Arm:
    """Return an arm; raises `ArgumentTypeError` for what is none."""
    expansion, slash, critic = name.partition("/")
    if not (expansion and slash and critic):
        raise argparse.ArgumentTypeError(f"{name!r} is no arm: write EXPANSION/CRITIC")
    try:
        SearchAgent(Settings(expansion=expansion, critic="support" if critic == ORACLE else critic))
    except ClewError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return Arm(expansion, critic)


def number_of_searches(text: str) -> int:
    """Return a budget; raises `ArgumentTypeError` for one that buys nothing."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of searches: give 1 or more")
    return int(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", choices=SETS, help="all of them by default")
    parser.add_argument("--arms", nargs="+", type=arm_named, default=[arm_named(a) for a in ARMS])
    parser.add_argument("--budgets", nargs="+", type=number_of_searches, default=BUDGETS)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--limit", type=int, help="only the first questions")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True, help="folder for runs and plots")
    arguments = parser.parse_args()
    if all(arm.expansion != "greedy" for arm in arguments.arms):
        parser.error("differences are taken over a greedy arm: name one, such as greedy/support")
    for name in arguments.set or SETS:
        measure_set(name, arguments)


def measure_set(name: str, arguments: argparse.Namespace) -> None:
    """Ask one set's questions by every arm under every budget, and tell what came of them."""
    folder = arguments.data / name
    encoder = load_encoder(None, cache_dir=arguments.home / "models")
    index_documents([folder / "corpus.jsonl"], home=arguments.home, name=name, encoder=encoder)
    questions = load_questions(str(folder / "questions.jsonl"), limit=arguments.limit)
    points: dict[Arm, list[ComparedRun]] = {}
    print(f"\n### {name}, {len(questions.questions)} questions\n")
    for budget in dict.fromkeys(arguments.budgets):
        runs = {}
        for arm in dict.fromkeys(arguments.arms):
            path = arguments.out / name / f"{arm.expansion}-{arm.critic}-{budget}"
            runs[arm] = run_of(arm, budget, name, questions, path, arguments)
        for arm, run in printed(budget, runs).items():
            points.setdefault(arm, []).append(run)
    drawn(name, points, arguments.out / f"{name}.svg")


def run_of(
    arm: Arm,
    budget: int,
    corpus: str,
    questions: QuestionSet,
    path: Path,
    arguments: argparse.Namespace,
) -> Run:
    """Ask what has not been asked yet, and return the run."""
    settings = Settings(
        home=arguments.home,
        expansion=arm.expansion,
        max_searches=budget,
        max_policy_calls=CALLS_PER_SEARCH * budget,
        # A busy machine must not decide what is found.
        max_seconds=None,
    )
    with RunView(shown=True) as view:
        evaluate(
            questions,
            out=path,
            corpus=corpus,
            workers=arguments.workers,
            resume=True,
            settings=settings,
            make_agent=Agents(questions, arm.critic),
            watcher=view,
        )
    return read_run(path)


def printed(budget: int, runs: Mapping[Arm, Run]) -> dict[Arm, ComparedRun]:
    """Print the runs of one budget beside the greedy one, and return their figures."""
    greedy = next(arm for arm in runs if arm.expansion == "greedy")
    others = [arm for arm in runs if arm != greedy]
    comparison = compared([runs[greedy], *(runs[arm] for arm in others or [greedy])])
    figures = dict(zip((greedy, *others), comparison.runs, strict=False))
    contrasts = dict(zip(others, comparison.contrasts, strict=False))
    print(f"Up to {budget} searches and {CALLS_PER_SEARCH * budget} policy calls a question:\n")
    print(f"| arm | {' | '.join((*QUALITY, *COST))} | F1 over {greedy.name} |")
    print(f"| --- |{' ---: |' * len((*QUALITY, *COST))} --- |")
    for arm in runs:
        metrics = figures[arm].metrics
        cells = [cell(metrics, key) for key in QUALITY]
        cells += [cell(metrics, key, interval=False) for key in COST]
        over = difference(contrasts[arm], "f1") if arm in contrasts else ""
        print(f"| {arm.told} | {' | '.join(cells)} | {over} |")
    for note in comparison.notes:
        print(f"\n{note}")
    print(flush=True)
    return figures


def drawn(name: str, points: Mapping[Arm, Sequence[ComparedRun]], path: Path) -> None:
    """Draw F1 against searches spent, a line an arm and a point a budget."""
    import matplotlib
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {"svg.hashsalt": "clew", "svg.fonttype": "none", "font.size": 11}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(7, 4.6 + 0.25 * len(points)), layout="constrained")
        axes = figure.subplots()
        for number, (arm, runs) in enumerate(points.items()):
            known = [run.metrics for run in runs if "searches" in run.metrics]
            quality = [100 * metrics["f1"] for metrics in known]
            bounds = [[100 * bound for bound in metrics["ci"]["f1"]] for metrics in known]
            below = [max(0.0, mean - low) for mean, (low, _) in zip(quality, bounds, strict=True)]
            above = [max(0.0, high - mean) for mean, (_, high) in zip(quality, bounds, strict=True)]
            axes.errorbar(
                [metrics["searches"] for metrics in known],
                quality,
                yerr=[below, above],
                color=COLOURS[number % len(COLOURS)],
                marker=SHAPES[number % len(SHAPES)],
                linestyle="--" if arm.critic == ORACLE else "-",
                capsize=3,
                label=arm.told,
            )
        axes.set(xlabel="searches spent (a question)", ylabel="F1 (%)", title=name)
        axes.set_xlim(left=0)
        axes.grid(color="#e3e6ec")
        axes.set_axisbelow(True)
        figure.legend(loc="outside lower center", frameon=False)
        nothing: dict[str, Any] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(path, format="svg", metadata=nothing)


if __name__ == "__main__":
    main()
