"""What language models are told: one versioned file a prompt, and what fills it in."""
