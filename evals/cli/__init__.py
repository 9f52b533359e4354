"""The commands under ``clew eval``."""
