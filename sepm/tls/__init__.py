"""Which certificates of a SEPM are trusted, and looking at what a port presents."""
