"""The embedded policy: rules and a small encoder instead of a language model."""

from .policy import EmbeddedPolicy

__all__ = ["EmbeddedPolicy"]
