"""Plans: from surveys, of a restore from the store or a file, of a recovery, and what a simulation is made from.

- `planning`, `restoring`, `recovery_planning`: from surveys, of a restore, of a recovery
- `restored_lists`: which lists go back, and were edited meanwhile
- `kept_originals`, `surveyed`: originals off the box, and what a simulation is made from
"""
