"""The policy over language models, through LiteLLM."""

from .policy import LiteLLMPolicy as LiteLLMPolicy
