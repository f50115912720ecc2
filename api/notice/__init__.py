"""Calling people: the channels, their deliveries, and test messages.

- `channels`, `channel_document`: `/v1/channels`
"""
