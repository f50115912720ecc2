"""A rotation that runs: its state, and what people may say to it."""
