"""The nodes that workflows are put together from."""
