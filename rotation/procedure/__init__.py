"""The procedures: which steps, in which order."""
