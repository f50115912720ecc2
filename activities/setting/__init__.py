"""Settings: written, put back, and what was there before the first change."""
