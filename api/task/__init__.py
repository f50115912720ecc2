"""Console tasks: what an operator has to do at SEPM's console, and what the operator reports about it."""
