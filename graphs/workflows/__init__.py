"""Workflows: how the nodes are put together, each under a name."""

from . import direct as direct
from . import iterative as iterative
from . import mindsearch as mindsearch
from . import rag as rag
from . import searchain as searchain
from .base import Workflow as Workflow
from .base import new_graph as new_graph
from .base import register_workflow as register_workflow
from .base import workflow_named as workflow_named
from .base import workflow_names as workflow_names
