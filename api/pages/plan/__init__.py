"""Pages of a plan beside its own.

- `simulation_page`, `simulation_result`: a plan played before anything is touched
"""
