"""Rotations: starting one, looking at it, speaking to it, restoring and tidying what one has left.

- `rotations`, `rotation_document`, `starting`: `/v1/rotations`, and starting one once
- `moves`, `messages`, `live`, `rotation_now`: what people tell a rotation, its answer, and what its workflow reports
- `clients`, `found`, `waiting`: coverage of a gate, what looks have found, why it waits
- `originals`, `given_originals`: the file of originals, given out and taken in
- `restore`, `orphaned_tasks`, `archiving`: restoring, tasks without a workflow, archived sites
"""
