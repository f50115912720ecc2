"""Temporal workflows: run a plan step by step, wait, ask. They import the domain and the contract only.

- `rotate_site`, `issue_certificate`, `simulate_plan`, `survey_site`, `watch_certificates`: the workflows
- `run`, `running`, `loading`, `requests`: the interpreter of a plan, what its steps call, and how a plan is taken up
- `hearing`, `obeying`: messages; `story`: what the Temporal UI shows
- `host`, `temporal_host`, `early_query`, `loop_guard`: what the run loop needs of the world
- `steps`, `waits`, `people`: each kind of step, each wait, and going on in spite of something
"""
