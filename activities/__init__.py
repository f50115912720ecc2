"""What touches the world: one small class per concern, idempotent (look, act if needed, look again).

- `registry`: all of them over one world; `admission`: whether the store knows the rotation that asks
- `progress`: the audit trail and what people see; `failures`: which errors Temporal retries, and which a person gets
- `gate`, `task`, `setting`, `look`, `survey`, `plan`, `order`: a room per concern
"""
