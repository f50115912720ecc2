"""A query that comes to a worker before the workflow task: it must not run the workflow ahead of its time.

Found by `make crash-sweep`. A worker that has no copy of a workflow replays its history to answer a query. Events that
came since the last workflow task (an activity's answer, a fired timer) are in that history, and the SDK (temporalio
1.35) gives them to the workflow at once, at the time of that last task. What the workflow then decides by the time is
sent with its next task; a worker that replays that task later has the right time, decides otherwise, and the workflow
is stuck by a nondeterminism error. A task has a later time than the one before it; so more history at the same time
shows such a query. It fails, the SDK forgets what it has run, and the task itself finds everything as it was.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from engine.contract import EARLY_QUERY


class AskedEarlyError(Exception):
    """Fails the query, and a workflow task where two have the same time; either is tried again."""


class Moment:
    """The time and the length of the history when a wait began, or when it was last looked at."""

    def __init__(self) -> None:
        self._time, self._length = _now()

    def is_early(self) -> bool:
        """Whether a query has brought events whose task is yet to come. To be asked each time the wait is looked at.

        What ends no wait moves the time all the same: a message that was taken back, say. So each look is noted.
        """
        time, length = _now()
        if time == self._time and length > self._length:
            return True
        self._time, self._length = time, length
        return False

    def passed(self) -> None:
        """To be called when the wait is over, before anything is decided.

        Raises:
            AskedEarlyError: when a query has brought the end of the wait, and its task is yet to come.
        """
        if self.is_early():
            raise AskedEarlyError(EARLY_QUERY)


def _now() -> tuple[int, int]:
    return workflow.time_ns(), workflow.info().get_current_history_length()
