"""What each kind of step does: gates, writes, the closing check, the look at the site before each.

`console_task` sees a task to its end, with `task_look`, `task_reports` and `withdrawal`.
"""
