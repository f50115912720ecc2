"""What the run loop needs of the world: a clock, waits, activities. Temporal is the host that matters.

- `host`, `temporal_host`: the port, and Temporal behind it; `ui_details`: what the Temporal UI shows
- `procedure_change`: changes of procedures that older rotations go on without
- `insisting`: an activity runs again until it is done
- `early_query`, `loop_guard`: queries that come before the workflow task; loops in which nothing happens
"""
