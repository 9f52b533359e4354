"""Search engines of the web, each behind the same protocol."""
