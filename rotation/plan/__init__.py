"""The plan as values: what was asked for, scopes, steps, console tasks. What is approved, and what runs."""
