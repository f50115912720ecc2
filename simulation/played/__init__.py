"""Playing a scenario: the run loop on simulated time or on the real Temporal, with SEPM's edge in one process.

- `stage`, `world`, `sepm`: what is set up; `run`, `many`, `host`: on simulated time, once or many times
- `recorded_output`: whether any output shows a secret
"""
