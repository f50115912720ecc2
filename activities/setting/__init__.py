"""Settings: written, put back, accepted as they are, and what was there before; policies moved to show signatures."""
