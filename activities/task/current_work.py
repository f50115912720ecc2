"""The work of a console task as it is when the task is opened: what a plan did not know, or that nothing is left."""

from collections.abc import Sequence

from activities.failures import as_activity_failures
from activities.gate.client_look import NEEDLESS, looks_at_any, with_builds
from activities.gate.outage import outage_evidence
from rotation.plan.outage import GivesBack
from rotation.plan.step import Console
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.left_stopped import stated_before, to_start
from rotation.plan.work.signed_together import compared_later, left_to_compare
from rotation.plan.work.task import CompareSignedFiles, ConsoleTask, RefreshImages, StartHandOuts, StopHandOuts, Work
from service.scope import StepScope
from service.world import World

_NOTHING_STOPPED = "nothing that hands out Sylink.xml was stopped"
_STATED_BEFORE = "what hands out Sylink.xml was stated with the first recovery file"


async def current_work(world: World, scope: StepScope, work: Work, so_far: Sequence[ConsoleTask]) -> Work | str:
    """The work with all that one task has of it; or why no task is opened.

    Args:
        world: the parts of the process.
        scope: the step.
        work: as the plan has it.
        so_far: the tasks of the rotation until now.
    """
    match work:
        case RefreshImages():
            return await _as_named_now(world, scope, work)
        case StopHandOuts() if _is_first(scope) and stated_before(so_far):
            return _STATED_BEFORE
        case StartHandOuts():
            return to_start(work, so_far) or _NOTHING_STOPPED
        case LookAtClients():
            return await with_builds(world, scope, work, so_far) or NEEDLESS
        case CompareSignedFiles():
            return await _compared_together(world, scope, work, so_far)
        case _:
            return await _there(world, scope, work) or work


async def _compared_together(
    world: World, scope: StepScope, work: CompareSignedFiles, so_far: Sequence[ConsoleTask]
) -> CompareSignedFiles | str:
    """The comparison with those that were left to it; or which task has it (rule 24c)."""
    body = scope.plan.body
    later = compared_later(body.steps, scope.step, body.scopes)
    if isinstance(later, Console):
        if isinstance(later.work, CompareSignedFiles):
            return f"they are compared with those of {later.work.server}"
        if await looks_at_any(world, scope, later, so_far):
            return "they are compared when clients are looked at, before these verify again"
    left = left_to_compare(body.steps, scope.step, so_far)
    return work.model_copy(update={"others": tuple(server for server in left if server != work.server)})


async def _there(world: World, scope: StepScope, work: Work) -> str:
    """What is seen of something that a drill took away, and that is there already."""
    if not isinstance(work, GivesBack):
        return ""
    seen = await outage_evidence(world, scope, work, confirmed=False)
    return seen.seen if seen.done else ""


async def _as_named_now(world: World, scope: StepScope, work: RefreshImages) -> RefreshImages:
    """The groups by the paths that they have now: administrators may have moved or renamed them since the plan."""
    survey = await world.store.surveys.get(scope.plan.survey_id)
    known = {group.path: group.id for group in survey.groups}
    with as_activity_failures():
        async with await world.sepm(scope.site) as client:
            now = {group.id: group.path for group in await client.groups()}
    paths = tuple(now.get(known[path], path) if path in known else path for path in work.groups)
    return work.model_copy(update={"groups": paths})


def _is_first(scope: StepScope) -> bool:
    """Whether it was stated for this step: a roll-back that begins behind the closing has it stopped once more."""
    steps = (each for each in scope.plan.body.steps if isinstance(each, Console))
    return scope.step == next(each for each in steps if isinstance(each.work, StopHandOuts))
