"""The nodes that workflows are put together from."""

from .backtracker import backtracker_node as backtracker_node
from .drafter import drafter_node as drafter_node
from .planner import planner_node as planner_node
from .research import research_node as research_node
from .responder import responder_node as responder_node
from .scout import scout_node as scout_node
from .settler import settler_node as settler_node
from .verifier import verifier_node as verifier_node
from .whole import whole_node as whole_node
