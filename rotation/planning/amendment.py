"""Amendments: the same executed prefix, another rest (rule 12a)."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from rotation.plan.plan import LeftOut, PlanBody
from rotation.plan.scope import Treatment
from rotation.plan.step import Closing, Console, Holdout, Preflight, Step
from rotation.plan.work.signed_together import compared_later
from rotation.plan.work.task import (
    CompareSignedFiles,
    CopyList,
    DeleteList,
    PauseReplication,
    SaveRecoveryFile,
    StopHandOuts,
)
from rotation.values import ListName, ServerName


def amend(approved: PlanBody, newer: PlanBody, *, at: str, swapped: Collection[ServerName]) -> PlanBody:
    """The body that goes on with `newer` after the step `at` of `approved`.

    What was done stays in it: the steps, whose ids proof is kept by; the certificates that were put in; the copies of
    lists that were made, which are deleted at the end even where the newer plan needs none. Comparisons of .SIG files
    that were left to a later task come first: clients may verify by now who did not when they were left (rule 24c).
    """
    index = approved.steps.index(approved.step(at))
    done = approved.steps[: index + 1]
    put_in = tuple(chosen for chosen in approved.certificates if chosen.server in swapped)
    servers = {chosen.server for chosen in put_in}
    left_out = {client.id: client for client in (*approved.left_out, *newer.left_out)}
    return newer.model_copy(
        update={
            "certificates": (*put_in, *(chosen for chosen in newer.certificates if chosen.server not in servers)),
            "waves": tuple(wave for wave in (tuple(chosen.server for chosen in put_in), *newer.waves) if wave),
            "copies": tuple({copy.source: copy for copy in (*approved.copies, *newer.copies)}.values()),
            "left_out": tuple(left_out.values()),
            "replication_partners": approved.replication_partners,
            "steps": (*done, *_comparisons_left(approved, done), *_rest(approved, newer, done)),
        }
    )


def _comparisons_left(approved: PlanBody, done: Sequence[Step]) -> Iterator[Step]:
    """For each server whose comparison was left to a step that is not done: that comparison once more."""
    left: dict[ServerName, Console] = {}
    for step in done:
        if isinstance(step, Console) and isinstance(step.work, CompareSignedFiles):
            last: Step = step
            while (later := compared_later(approved.steps, last, approved.scopes)) is not None:
                last = later
            if last not in done:
                left[step.work.server] = step.model_copy(update={"id": f"{step.id}-left"})
    yield from left.values()


def newly_left_out(approved: PlanBody, amended: PlanBody) -> tuple[LeftOut, ...]:
    """The clients that `amended` leaves out by name and `approved` counts."""
    before = {client.id for client in approved.left_out}
    return tuple(client for client in amended.left_out if client.id not in before)


def relaxes_more(approved: PlanBody, amended: PlanBody) -> bool:
    """Whether a group that fails over in `approved` is relaxed in `amended`."""
    failing_over = {scope.group_id for scope in approved.scopes if scope.treatment is Treatment.FAILOVER}
    return any(scope.treatment is Treatment.RELAX and scope.group_id in failing_over for scope in amended.scopes)


def _rest(approved: PlanBody, newer: PlanBody, done: Collection[Step]) -> Iterator[Step]:
    held = [step for step in done if isinstance(step, Holdout)]
    again = {step.id: _kept(step, held) for step in newer.steps if isinstance(step, Holdout)}
    before = max((step.wave for step in done), default=0) + 1
    stopped = any(isinstance(step, Console) and isinstance(step.work, StopHandOuts) for step in done)
    made = {step.work.copy_list for step in done if isinstance(step, Console) and isinstance(step.work, CopyList)}
    deleted = {
        step.work.list for step in newer.steps if isinstance(step, Console) and isinstance(step.work, DeleteList)
    }
    for step in newer.steps:
        if isinstance(step, Closing):
            for old in approved.steps:
                if isinstance(old, Console) and isinstance(old.work, DeleteList) and old.work.list in made - deleted:
                    yield old
        if not _is_done(step, made, stopped=stopped) and not again.get(step.id):
            yield _following(step, before, again)


def _following(step: Step, before: int, again: Mapping[str, Sequence[str]]) -> Step:
    """The step in a wave after `before`; it rests on the holdout that was kept instead of on one that is left out."""
    update: dict[str, object] = {"wave": before + step.wave}
    if isinstance(step, Console):
        update["holds"] = tuple(id_ for held in step.holds for id_ in (again.get(held) or (held,)))
    return step.model_copy(update=update)


def _kept(step: Holdout, held: Sequence[Holdout]) -> tuple[str, ...]:
    """The holdouts that were kept for the same servers: those who are away have been waited for."""
    servers = {server for each in held for server in each.servers}
    return tuple(each.id for each in held) if set(step.servers) <= servers else ()


def _is_done(step: Step, made: Collection[ListName], *, stopped: bool) -> bool:
    """The survey is the one of the recheck; recovery files were saved and replication was paused at the start."""
    match step:
        case Preflight() | Console(work=SaveRecoveryFile() | PauseReplication()):
            return True
        case Console(work=StopHandOuts()):
            return stopped
        case Console(work=CopyList(copy_list=name)):
            return name in made
        case _:
            return False
