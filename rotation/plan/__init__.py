"""The plan as values: steps, scopes, what was asked for. What is approved, and what runs."""
