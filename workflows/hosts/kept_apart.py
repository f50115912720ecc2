"""Workflow tasks that a replay must not join: each that runs a local activity has a command of its own.

Where a query is answered while a local activity runs, the SDK (temporalio 1.35) completes the workflow task and asks
for another. A replay takes a completed task for a mere sign of life, and joins it with the next one, where neither it
nor the task before it has a command and the next one is scheduled in the same moment. What came with the joined task
then comes at the time of the next one. What the workflow decides by the time may be decided otherwise, and the workflow
is stuck by a nondeterminism error (docs/develop/decisions/0060-kept-apart.md).
"""

from temporalio import workflow

PATCH = "tasks-kept-apart"
"""Rotations that began before have no such commands in their histories."""


class TaskKeeper:
    """Says which workflow tasks need a command."""

    def __init__(self) -> None:
        self._length = 0 if workflow.patched(PATCH) else None

    def needs_command(self) -> bool:
        """Whether the task that runs needs a command: true once in each. To be asked while a local activity runs."""
        length = workflow.info().get_current_history_length()
        if self._length is None or length == self._length:
            return False
        self._length = length
        return True
