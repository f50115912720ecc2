"""Pages of a plan beside its own.

- `carried_out`: which rotation has carried it out, and which of its steps are done
- `offered_certificates`: what the form of a plan offers for its servers
- `simulation_page`: a plan played before anything is touched
"""
