"""Certificates with their keys, requests for them, orders at an authority, and keystores on their way to a person."""
