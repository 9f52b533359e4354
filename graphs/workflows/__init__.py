"""Workflows: how the nodes are put together, each under a name."""

from . import mindsearch as mindsearch
from .base import Workflow as Workflow
from .base import register_workflow as register_workflow
from .base import workflow_named as workflow_named
from .base import workflow_names as workflow_names
