"""Console tasks: what an operator has to do at SEPM's console, and what the operator reports about it.

- `tasks`, `task_document`: `/v1/tasks`
- `known_task`: a task that its rotation does not know of yet
- `task_evidence`, `task_file`: files that come as evidence; the file of a replacement
"""
