"""From what was observed to a plan, with every reason.

- `planner`, `amendment`: plans, and the rest of a plan made again
- `dead_server`: plans that leave the certificate of a dead server as it is
- `basis`, `owners`, `preconditions`, `treatment`: what a plan rests on, what must be true, and what each group needs
- `choice`, `advice`: what a plan chooses, and what it tells a person

A restore is planned from originals: `service.plans.restoring` gathers them, `rotation.procedure.restoration` has the
steps. A disaster recovery is planned in `rotation.recovery.procedure`.
"""
