"""What proves what: gates, coverage, what servers sign.

- `reading`, `coverage`, `verdict`: from a reading to the verdict on each client, and whether a gate is reached;
  `reason_texts`: the reasons in words
- `gate`: how long a gate lasts at least, its reference, and when to look again
- `acceptance`, `signatures`, `moved_policy`: whether clients accept what a replaced server signs (rules 11, 13, 24b)
- `list_lag`: by when all clients of a build have their list, by those that were looked at (rule 10)
- `client_look`, `outage`, `membership`: lists that people read, drills, and groups born meanwhile (rules 10, 17, 18)
- `silence`, `silence_threshold`: clients that a change has silenced (rule 22), or that are all silent (rule 19)
"""
