"""Calling people: `rotator notify`, and what it makes of an address that a person types.

- `notify`: the command; `target`: where a channel goes, read from an address
"""
