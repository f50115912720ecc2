"""What each kind of step does: gates, tasks, writes, the closing check, and the look at the site before each."""
