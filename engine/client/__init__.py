"""Speaking to Temporal: starting what is recorded, asking it, telling it something, and what Temporal shows of it.

- `client`, `calls`, `presence`: connections, one limit for all calls, whether Temporal and a worker are there
- `rotations`, `simulations`, `orders`, `surveys`, `watch`, `single_start`: what is started, once
- `queries`, `updates`, `runs`: asking a workflow, sending it a message, what Temporal shows of it
- `survey_room`: how many surveys run at once
- `ui_summary`, `unsigned`: what Temporal's UI shows; rotations of a version without signatures
"""
