"""The published methods, and the plain ones beside them, as parts put together."""

from .aggregation import (
    best_by,
    share_of,
    value_by_prior,
    value_on_the_way,
    weighted_vote,
)
from .backup import child_weighted, mean, pooled
from .method import Method
from .selection import beam, by_kind, descending, every_leaf, puct, rest, uct
from .tree import Node, Tree


def agreement(tree: Tree, node: Node) -> float:
    """Reward the share of the answers found that agree, as MCTS-RAG does, which votes by it too."""
    return share_of(node.answer, tree) if node.answer is not None else 0.0


def reflected(tree: Tree, node: Node) -> float:
    """Reward critic and agreement in equal parts, as LATS does (λ 0.5)."""
    return 0.5 * node.value + 0.5 * agreement(tree, node)


BEST_OF_N = Method(
    name="best_of_n",
    select=every_leaf,
    width=4,
    narrow=True,
    fork=True,
    simulations=64,
    parallel=64,
)
"""n ways to begin, each followed to its end by what the policy proposes first; the critic's best
(Cobbe et al., 2021, arXiv:2110.14168)."""

BEAM = Method(
    name="beam",
    select=beam(2),
    width=3,
    fork=True,
    simulations=64,
    parallel=2,
    aggregate=best_by(value_on_the_way),
)
"""The best two states of each level survive."""

MCTS = Method(
    name="mcts",
    select=descending(puct, 0.4),
    backup=pooled,
    aggregate=weighted_vote(value_by_prior, 2.0),
    width=5,
    simulations=8,
    parallel=4,
    roll=5,
)
"""Monte Carlo tree search with the policy's priors and the critic's values; its sizes and its vote
were chosen on training questions with the embedded policy."""

REST_MCTS = Method(
    name="rest_mcts",
    select=descending(rest, 0.4),
    backup=child_weighted,
    width=3,
    depth=8,
    simulations=100,
    roll=2,
    roll_share=0.5,
    gate=0.9,
)
"""ReST-MCTS* (Zhang et al., NeurIPS 2024, arXiv:2406.03816)."""

MCTS_RAG = Method(
    name="mcts_rag",
    select=descending(uct, 2.0),
    backup=mean,
    aggregate=weighted_vote(agreement),
    reward=agreement,
    width=3,
    depth=5,
    simulations=8,
    roll=5,
)
"""MCTS-RAG (Hu et al., 2025, arXiv:2503.20757)."""

REARTER = Method(
    name="rearter",
    select=beam(1),
    width=3,
    simulations=16,
    fork=True,
    roll=3,
    look_ahead=0.5,
    refine_below=0.5,
)
"""ReARTeR (Sun et al., SIGIR 2025, arXiv:2501.07861): the best of three, reworked where weak."""

CR_PLANNER = Method(name="cr_planner", select=by_kind, width=3, fork=True, simulations=16)
"""CR-Planner (Li et al., 2024, arXiv:2410.01428): greedy, the kind of move first."""

LATS = Method(
    name="lats",
    select=descending(uct, 1.0),
    reward=reflected,
    width=5,
    depth=7,
    simulations=30,
    roll=7,
    gate=1.0,
)
"""LATS (Zhou et al., ICML 2024, arXiv:2310.04406), its end being the critic's word and never the
right answer."""

METHODS = (BEST_OF_N, BEAM, MCTS, REST_MCTS, MCTS_RAG, REARTER, CR_PLANNER, LATS)
