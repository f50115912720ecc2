"""What the API, the simulation and activities do alike: planning, restoring, recovering, what is known of a site.

- `world`: the ports; `console_site`, `attestations`: what a site without REST shows; `settings_look`: the last reading
- `surveying`: reading a whole site into the store
- `plans`: from surveys, of a restore, of a recovery, and what a simulation of a plan is made from
- `notices`: calling people
- `second_view`: a site as the REST API of another of its servers shows it
- `acceptance`, `edited_lists`: whether a certificate fits, which lists were edited
- `open_swaps`, `running_sites`: what has changed at sites with an open task, and at those that wait for clients
- `startable`: what is recorded first, and started once in Temporal: rotations, restores, simulations, orders
- `orphaned_tasks`: tasks whose rotation was terminated
- `scope`, `identity`, `long_computations`: a step with all it is about, new ids, work that takes seconds
"""
