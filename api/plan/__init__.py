"""Plans, plans of a recovery, and simulations of plans: nothing of a site is touched.

- `plans`, `plan_document`, `new_plans`: `/v1/plans`, and plans that are made once for each key
- `recoveries`, `recovery_document`: plans of a recovery
- `simulations`, `simulation_document`, `simulation_result`: a plan played before anything is touched
"""
