"""What a played rotation came to: facts, invariants, exemptions, and the report of many.

- `facts`, `record`, `report`: what is known of a played rotation, kept of it, and of many
- `invariants`, `exemptions`: the invariants, and losses that the promise does not cover
- `group_history`, `heartbeats`, `handed_out`, `restoring`, `unreported_acts`: what invariants and exemptions look at
"""
