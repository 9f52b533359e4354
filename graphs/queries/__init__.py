"""Query strategies: how a sub-question becomes queries, each under a name."""

from . import feedback as feedback
from . import imagined as imagined
from . import intents as intents
from . import paraphrases as paraphrases
from . import plain as plain
from .base import query_strategy_named as query_strategy_named
from .base import register_query_strategy as register_query_strategy
