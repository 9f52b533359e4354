"""Conversations: follow-up questions that stand alone, and what was said kept on the disk."""
