"""Trained networks on the encoder: how their weights are kept, and how they run."""
