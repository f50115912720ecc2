"""Identities and their keys: of a key only a keyed hash is kept."""
