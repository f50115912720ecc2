"""What runs beside rotations: orders at an authority, simulations.

- `ordering`: orders, each step kept before the next
- `simulation_runs`, `simulation_process`: simulations, run by run, in a process of their own
"""
