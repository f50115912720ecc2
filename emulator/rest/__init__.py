"""The REST API of the site's first server: its contract, and its quirks."""
