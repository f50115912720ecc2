"""What is played: scenarios drawn by chance, by size, or from a registered site's plan.

- `scenario`, `scenario_profiles`, `networking`: what a scenario is, what it is about, how its people treat networks
- `drawing`, `faults`, `site_troubles`, `chance`, `absence`: drawn from a seed
- `synthetic`, `of_plan`, `likeness`, `history`, `certificates`: by size, or from what a service knows of a site
"""
