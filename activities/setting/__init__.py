"""Settings: written, put back, and what was there before; policies moved to show signatures.

- `settings`, `repairing`: what a step writes; what it wrote before, written again
- `lists_put_back`: what stands against a list before it is assigned again
- `originals`, `grounds`: what was there before the first change; by what right an activity writes
- `references`: what the serials of a gate must reach
- `policy_moves`: policies that SEPM publishes again, so that clients show what a server signs
"""
