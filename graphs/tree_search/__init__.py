"""Searching over steps with one core, whose parts make up the published methods."""
