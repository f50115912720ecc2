"""A rotation that runs: its state, what people may say to it, what is asked of them."""
