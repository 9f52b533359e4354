"""HTML and SVG of what a run does and finds: text put into them stays text."""
