"""From what was observed to a plan, with every reason."""
