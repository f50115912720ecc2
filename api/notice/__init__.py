"""Calling people: the channels, their deliveries, and test messages."""
