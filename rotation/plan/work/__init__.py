"""Tasks as values: what an operator does at the console, the evidence, and what that has to agree with."""
