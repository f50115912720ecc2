"""From what was observed to a plan, with every reason.

- `planner`, `amendment`, `without`: plans, the rest of a plan made again, and plans that leave a dead server as it is
- `observed`, `owners`, `preconditions`, `treatment`: what a plan rests on, what must be true, and what each group needs
- `choice`, `advice`: what a plan chooses, and what it tells a person
"""
