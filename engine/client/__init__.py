"""Speaking to Temporal: starting what is recorded, asking it, telling it something, and what Temporal shows of it."""
