"""What HTTPS client ports a drill has shut, or may have: by the steps of a plan, and by its tasks (rule 18)."""

from collections.abc import Iterable, Sequence

from rotation.plan.https_drill import HttpsPort, OpenHttps, ShutHttps
from rotation.plan.step import Console, Step
from rotation.plan.task import ConsoleTask, TaskState
from rotation.values import ServerName


def left_shut(begun: Sequence[Step]) -> tuple[HttpsPort, ...]:
    """The ports that a drill may have left shut. A step is over when another one was begun behind it."""
    left: tuple[HttpsPort, ...] = ()
    for index, step in enumerate(begun):
        match step:
            case Console(work=ShutHttps(ports=ports)):
                left = ports
            case Console(work=OpenHttps()) if index < len(begun) - 1:
                left = ()
    return left


def shut_at(steps: Iterable[Step], at: str) -> frozenset[ServerName]:
    """The servers whose HTTPS client port may be shut by a drill while the step of the id `at` runs."""
    shut: frozenset[ServerName] = frozenset()
    for step in steps:
        if isinstance(step, Console) and isinstance(step.work, ShutHttps):
            shut = frozenset(each.server for each in step.work.ports)
        if step.id == at:
            return shut
        if isinstance(step, Console) and isinstance(step.work, OpenHttps):
            shut = frozenset()
    return shut


def left_shut_by(tasks: Iterable[ConsoleTask]) -> tuple[HttpsPort, ...]:
    """The ports that nobody has opened again; whoever held the task may have shut some of them.

    Args:
        tasks: in the order in which they were opened.
    """
    left: tuple[HttpsPort, ...] = ()
    for task in tasks:
        match task.work:
            case ShutHttps(ports=ports) if task.claimed_by or task.state is TaskState.DONE:
                left = ports
            case OpenHttps() if task.state is TaskState.DONE:
                left = ()
    return left
