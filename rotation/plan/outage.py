"""What a drill has taken away, or may have: by the steps of a plan, and by its tasks (rule 18)."""

from collections.abc import Iterable, Sequence

from rotation.plan.step import Console, Step
from rotation.plan.work.https_drill import HttpsPort, OpenHttps, ShutHttps
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.plan.work.task import ConsoleTask, TaskState, Work
from rotation.values import ServerName, Value

Takes = ShutHttps | StopServer
GivesBack = OpenHttps | StartServer


class Away(Value):
    """HTTPS client ports that are shut, and servers whose services are stopped."""

    ports: tuple[HttpsPort, ...] = ()
    stopped: tuple[ServerName, ...] = ()

    @property
    def shut(self) -> frozenset[ServerName]:
        """The servers whose HTTPS client port alone is shut."""
        return frozenset(each.server for each in self.ports)

    @property
    def servers(self) -> frozenset[ServerName]:
        """Every server that need not answer over HTTPS."""
        return self.shut | frozenset(self.stopped)

    def behind(self, work: Work, *, over: bool = True) -> "Away":
        """What is away behind a task; `over`: whether one that gives back is known to be done."""
        match work:
            case ShutHttps(ports=ports):
                return self.model_copy(update={"ports": ports})
            case OpenHttps() if over:
                return self.model_copy(update={"ports": ()})
            case StopServer(server=server):
                return self.model_copy(update={"stopped": (*self._without(server), server)})
            case StartServer(server=server) if over:
                return self.model_copy(update={"stopped": self._without(server)})
            case _:
                return self

    def _without(self, server: ServerName) -> tuple[ServerName, ...]:
        return tuple(each for each in self.stopped if each != server)


def left_by(begun: Sequence[Step]) -> Away:
    """What steps may have left away. A step is over when another one was begun behind it."""
    left = Away()
    for index, step in enumerate(begun):
        if isinstance(step, Console):
            left = left.behind(step.work, over=index < len(begun) - 1)
    return left


def away_at(steps: Iterable[Step], at: str) -> Away:
    """What may be away while the step of the id `at` runs: from the one that takes it to the one that gives it back."""
    away = Away()
    for step in steps:
        if isinstance(step, Console):
            here = away.behind(step.work, over=False)
            if step.id == at:
                return here
            away = here.behind(step.work)
        elif step.id == at:
            return away
    return Away()


def left_by_tasks(tasks: Iterable[ConsoleTask]) -> Away:
    """What was not given back; the operator who held the task that takes it away may have done some of it.

    Args:
        tasks: in the order in which they were opened.
    """
    left = Away()
    for task in tasks:
        if task.state is TaskState.DONE or (task.claimed_by and isinstance(task.work, Takes)):
            left = left.behind(task.work)
    return left
