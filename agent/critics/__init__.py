"""Critics: what scores steps."""
