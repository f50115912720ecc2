"""Encryption at rest: where keys come from, what they seal, how they change."""
