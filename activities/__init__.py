"""What touches the world: one small class per concern, idempotent (look, act if needed, look again)."""
