"""Encryption at rest: where keys come from, what they seal, how they change.

- `vault`, `envelope`, `sealed`: each secret under a key of its own, its form, and everything that is sealed
- `key_ring`, `key_sources`, `key_file`, `key_encryption`, `unlocking`: the keys that seal, and where they come from
- `transit`, `transit_settings`: a key server
- `key_rotation`, `rewrapping`, `destroyed`: how keys change and end
- `mac_key`, `worker_key`: what shows changed rows, and what only the worker opens
"""
