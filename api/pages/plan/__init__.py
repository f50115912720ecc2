"""Pages of a plan beside its own.

- `simulation_page`: a plan played before anything is touched
"""
