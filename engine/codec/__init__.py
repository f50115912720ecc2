"""Values as payloads: how they are written, measured and encrypted, and what cannot be read.

- `converter`: values as payloads; it has each that comes checked by `signing`. `codec`: encrypted
- `signing`, `failures`, `payload_keys`: payloads and failures are signed and checked, by which keys
- `meter`, `unreadable`: how large payloads are, and those that a workflow cannot read
"""
