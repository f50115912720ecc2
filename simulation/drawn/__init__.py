"""What is played: scenarios by size, or from a site's plan. `tests/proof/drawn` draws those of proofs.

- `scenario`, `networking`: what a scenario is, how its people treat networks
- `faults`, `chance`, `absence`: drawn from a seed
- `synthetic`, `of_plan`, `likeness`, `history`, `certificates`: by size, or from what a service knows of a site
"""
