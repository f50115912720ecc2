"""What each kind of step does: gates, writes, the closing check, the look at the site before each.

- `gate_step`: gates and the holdout, whose waits end here; `signed_gate`: the gate that shows what servers sign
- `write_step`, `reference`, `copying`: settings, the policy date that a write causes, copies of lists
- `console_task`: a task to its end, with `task_look`, `task_reports` and `withdrawal`; `client_look`: a look at clients
- `drift_step`, `newborn_step`: what differs from what the rotation left, and what was born
- `recheck_step`, `rolling_back`: the rest planned again; old certificates put back
- `closing_step`: the closing check
"""
