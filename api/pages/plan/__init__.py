"""Pages of a plan beside its own.

- `offered_certificates`: what the form of a plan offers for its servers
- `simulation_page`: a plan played before anything is touched
"""
