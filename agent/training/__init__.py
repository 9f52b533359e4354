"""Training of the embedded models: traces and question sets in, weights out."""
