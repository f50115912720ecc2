"""Temporal workflows: run a plan step by step, wait, ask. They import the domain and the contract only.

- `rotate_site`, `issue_certificate`, `simulate_plan`, `survey_site`, `watch_certificates`: the workflows
- `run`, `running`, `requests`: the interpreter of a plan, and what its steps call
- `attentions`, `progress_reports`: what people and the store are shown
- `admission`: what a history begins with, held against the store
- `plan_loading`: how a plan is taken up
- `inbox`, `message_effects`, `messages_of_watch`: messages of people, and of the watch over client ports
- `silence`: clients that fall silent while a person is waited for
- `steps`, `waits`, `people`: each kind of step, each wait, and going on in spite of something
- `claims`: taking a task, and the proof that a claimed replacement rests on; `hosts`: the run loop's clock and waits
"""
