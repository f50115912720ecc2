"""What each kind of step does: gates, tasks, writes, claims, the closing check, and the look before each."""
