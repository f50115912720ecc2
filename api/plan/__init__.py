"""Plans, plans of a recovery, and simulations of plans: nothing of a site is touched."""
