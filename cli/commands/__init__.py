"""What people say about sites, plans, rotations and tasks, each a module that adds its commands.

- `sites`, `trust`, `inventory`, `network`, `client_exports`: a site, its certificates, networks and exports
- `plans`, `recoveries`, `simulate`, `simulate_report`: plans, plans of a recovery, simulations
- `rotations`, `watch`, `moves`, `originals`: rotations, and what people tell them
- `tasks`, `audit`: console tasks; trails
"""
