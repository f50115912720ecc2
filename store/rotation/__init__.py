"""Plans and their rotations: what is kept from the plan to the last event.

- `plans`, `rotations`, `simulations`: what is approved, what runs, what is played; `reconciliations`: what is wrong
- `originals`, `given_originals`, `writes`: what goes back, also from a file, and each write before it is sent
- `write_admission`, `write_rows`: whether a write is one of the rotation's own; a write as a row
- `references`, `coverage`, `swaps`, `found`: proofs, and what looks have found
- `tasks`, `events`: work at the console, and the audit trail
"""
