"""Calling people: `rotator notify`, and what it makes of an address that a person types."""
