"""The Gradio page: ask, watch a run think, steer it, and check what it says."""
