"""What proves what: gates, coverage, what servers sign."""
