"""The plan as values: what was asked for, scopes, steps, tasks. What is approved, and what it is compared with.

- `plan`, `step`, `scope`, `request`, `procedure_choices`: the plan and what it is made of
- `unproven_failover`: clients whose failover was never seen, and those that a person approves by name
- `outline`: what the run loop knows of it
- `drill`, `outage`: what is taken away for a while, and by which steps
- `comparison`, `refusals`: whether it still fits, what stands against it
- `plan_with_site`: what a simulation of it is made from
- `effort`, `forecast`, `start_by`: what it asks of people, and when
- `work`: tasks, their evidence, and what that has to agree with
- `card`: what an operator does for a task, with the labels of SEPM's console
"""
