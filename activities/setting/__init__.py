"""Settings: looked at, written, put back, and what was there before the first change."""
