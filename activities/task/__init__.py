"""Tasks: opened, seen, held against what a person says of them.

- `tasks`, `current_work`: tasks opened and closed; what a task asks for when it is opened, and what is added to
  its title and card then
- `evidence`, `recovery_evidence`: what closes a task; what is known of files that were saved off the box
"""
