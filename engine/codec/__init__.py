"""Values as payloads: how they are written, measured and encrypted, and what cannot be read."""
