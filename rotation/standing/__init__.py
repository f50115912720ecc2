"""What is wrong with what the service knows of its rotations: the store and Temporal held against each other.

- `records`, `rules`, `trouble`, `remedies`: what is compared, by which rules, what is wrong, what helps
- `reconciliation`, `next_act`: one comparison, and when a rotation acts next
"""
