""".SIG files that are compared in one task with those of other servers, or with a look at clients (rule 24c).

A comparison comes before clients verify what the server signs. Where none verifies until then, one task has them all.
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from rotation.plan.scope import OwnerScope, Treatment
from rotation.plan.step import Console, Step, Write
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.signed_files import dates_in
from rotation.plan.work.task import CompareSignedFiles, ConsoleTask, TaskState
from rotation.values import ServerName


def compared_later(steps: Sequence[Step], here: Step, owners: Iterable[OwnerScope]) -> Step | None:
    """The step whose task has the comparison of the step `here` too; None where `here` has a task of its own.

    1. where no client verifies before settings are put back: the next comparison, or look at clients, before that
    2. where clients fail over and verify: only a look that follows at once, with nothing in between
    """
    ahead = list(takewhile(lambda each: not (isinstance(each, Write) and each.restores), _behind(steps, here)))
    if any(_fails_over_verifying(owner) for owner in owners):
        return ahead[0] if ahead and _looks_before_verifying(ahead[0]) else None
    return next((each for each in ahead if _compares(each) or _looks_before_verifying(each)), None)


def left_to_compare(steps: Sequence[Step], here: Step, tasks: Iterable[ConsoleTask]) -> tuple[ServerName, ...]:
    """The servers whose comparison was left to the step `here`: no task has it that was done since their replacement.

    Args:
        steps: the plan's; an amendment keeps those that were executed.
        here: a comparison, whose own server is among them, or a look at clients.
        tasks: those of the rotation so far.
    """
    place = {step.id: index for index, step in enumerate(steps)}
    due = {
        step.work.server: place[step.id]
        for step in (*steps[: place[here.id]], here)
        if isinstance(step, Console) and isinstance(step.work, CompareSignedFiles)
    }
    done = [task for task in tasks if task.state is TaskState.DONE]
    return tuple(
        server
        for server, since in due.items()
        if not any(server in _compared_by(task) and place.get(task.step, -1) >= since for task in done)
    )


def _compared_by(task: ConsoleTask) -> tuple[ServerName, ...]:
    """The servers whose dates a task was closed with."""
    servers = compared_servers(task.work) if isinstance(task.work, CompareSignedFiles | LookAtClients) else ()
    return servers if dates_in(task.attestation, servers) else ()


def compared_servers(work: CompareSignedFiles | LookAtClients) -> tuple[ServerName, ...]:
    """The servers whose .SIG files a task has compared."""
    return (*work.others, work.server) if isinstance(work, CompareSignedFiles) else work.compares


def _behind(steps: Sequence[Step], here: Step) -> Sequence[Step]:
    return steps[steps.index(here) + 1 :]


def _compares(step: Step) -> bool:
    return isinstance(step, Console) and isinstance(step.work, CompareSignedFiles)


def _looks_before_verifying(step: Step) -> bool:
    return isinstance(step, Console) and isinstance(step.work, LookAtClients) and step.work.verifying


def _fails_over_verifying(owner: OwnerScope) -> bool:
    return owner.treatment is Treatment.FAILOVER and any(pair.secure_communications for pair in owner.pairs)
