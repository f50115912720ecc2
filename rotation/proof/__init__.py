"""What proves what: gates, coverage, serials."""
