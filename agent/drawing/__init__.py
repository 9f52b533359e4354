"""Pictures of search trees: as SVG, and as a page that tells all that is known of each state."""
