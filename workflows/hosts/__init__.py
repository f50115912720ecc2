"""What the run loop needs of the world: a clock, waits, activities. Temporal is the host that matters.

- `host`, `temporal_host`: the port, and Temporal behind it
- `insisting`: an activity runs again until it is done
- `early_query`, `kept_apart`: queries that come before the workflow task; tasks that a replay must not join
- `loop_guard`: loops in which nothing happens
"""
