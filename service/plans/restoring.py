"""The plan that brings a site back after a rotation that was terminated."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rotation.drift.earlier_survey import as_approved
from rotation.originals.plan_of_file import copies_that_may_be, is_from_file
from rotation.plan.outage import left_by_tasks
from rotation.plan.plan import CertificateFor, ListCopy, Plan
from rotation.plan.step import Console, ScopeName
from rotation.plan.work.hand_outs import Stopped
from rotation.plan.work.left_stopped import left_stopped
from rotation.plan.work.task import ConsoleTask, CopyList, DeleteList, ReorderList, TaskState
from rotation.procedure.found_certificates import as_found, last_presented, presents_another
from rotation.procedure.restoration import Interrupted, OriginalPair, make_restore_plan
from rotation.survey import SiteSurvey
from rotation.values import RotationId, ServerName, SiteId
from service.identity import new_plan_id
from service.surveying import presented_before
from store.database.page import PageRequest
from store.progress import Rotation
from store.rotation.swaps import SwapRecord
from store.store import Store


class NothingToRestoreError(LookupError):
    """No rotation of the site left originals behind."""


async def restore_plan(store: Store, site_id: SiteId, survey_id: str, *, now: datetime) -> Plan:
    """The plan that puts back what the site's last unfinished rotation recorded, or an amendment of it approved since.

    Nothing is stored.

    Raises:
        NothingToRestoreError: when every rotation of the site has put its originals back.
        PlanRefusedError: when a recorded group is gone.
    """
    originals = await store.originals.unrestored(site_id)
    if not originals:
        raise NothingToRestoreError(f"site {site_id}: no rotation left it changed; there is nothing to restore")
    ended = await rotations_since(store, site_id, originals[0].rotation_id)
    tasks = [task for each in ended for task in await store.tasks.list(rotation_id=each.id)]
    survey = await store.surveys.get(survey_id)
    plan = await store.plans.get(ended[0].plan_id)
    swaps = [swap for each in ended for swap in await store.swaps.of(each.id) if swap.first_seen is not None]
    body = as_found(plan.body, survey.presented, {swap.server for swap in swaps})
    another = presents_another(plan.body, body)
    planned = await store.surveys.get(plan.known_by_survey)
    last = last_presented(plan.body, presented_before(plan, planned), survey.presented, _seen_in(plan, swaps))
    plan = plan.model_copy(update={"body": body})
    from_file = is_from_file(plan)
    approved = dict(plan.body.pairs(ScopeName.ALL))
    interrupted = Interrupted(
        plan=plan,
        originals=tuple(
            OriginalPair(
                pair=original.pair,
                group_path=original.group_path,
                location_name=original.location_name,
                settings=as_approved(original.settings, approved.get(original.pair)),
            )
            for original in originals
        ),
        copies=_copies_made(tasks, copies_that_may_be(plan, survey) if from_file else ()),
        reordered=_reordered(tasks, plan, every=from_file),
        away=left_by_tasks(tasks),
        hand_outs=left_stopped(tasks, began=Stopped(unstated=from_file)),
        swapped=_swapped(plan, survey, _seen_in(plan, swaps)),
        another=another,
        last_presented=last,
    )
    return make_restore_plan(
        await store.sites.get(site_id), survey_id, survey, interrupted, plan_id=new_plan_id(), now=now
    )


async def rotations_since(store: Store, site_id: SiteId, newest: RotationId) -> tuple[Rotation, ...]:
    """The rotation that changed the site, and the restores after it that were ended too, the oldest first.

    A restore knows of the site only what was left when it was planned: what the rotation made stands in its own plan.
    """
    found: list[Rotation] = []
    cursor: str | None = None
    while True:
        page = await store.rotations.page(PageRequest(cursor=cursor), sites=(site_id,))
        for each in page.items:
            if found or each.id == newest:
                found.insert(0, each)
            if found and each.purpose == "rotate":
                return tuple(found)
        cursor = page.cursor
        if cursor is None:
            return tuple(found)


def _copies_made(tasks: Sequence[ConsoleTask], known: Sequence[ListCopy]) -> tuple[ListCopy, ...]:
    """Copies that may exist: a task that was done, or claimed and never closed, and no deletion after it.

    Those in `known` may exist though no task of them is kept.
    """
    made: dict[str, ListCopy] = {copy.copy_name: copy for copy in known}
    for task in tasks:
        begun = task.state in {TaskState.DONE, TaskState.CLAIMED}
        if begun and isinstance(task.work, CopyList):
            made[task.work.copy_list] = ListCopy(source=task.work.source_list, copy_name=task.work.copy_list)
        if task.state is TaskState.DONE and isinstance(task.work, DeleteList):
            made.pop(task.work.list, None)
    return tuple(made.values())


def _reordered(tasks: Sequence[ConsoleTask], plan: Plan, *, every: bool) -> tuple[ReorderList, ...]:
    """The order of each list that a drill may have changed, where no operator has confirmed that it is put back.

    That is `every` list of the drill, where no task of it is kept.
    """
    works = [step.work for step in plan.body.steps if isinstance(step, Console) and isinstance(step.work, ReorderList)]
    left = {work.list for work in works if every}
    for task in tasks:
        if not isinstance(task.work, ReorderList):
            continue
        if not task.work.restores and task.state in {TaskState.DONE, TaskState.CLAIMED}:
            left.add(task.work.list)
        if task.work.restores and task.state is TaskState.DONE:
            left.discard(task.work.list)
    return tuple(work for work in works if work.restores and work.list in left)


def _seen_in(plan: Plan, swaps: Iterable[SwapRecord]) -> frozenset[ServerName]:
    """The servers that were seen with the certificate of the plan."""
    targets = {(chosen.server, chosen.fingerprint) for chosen in plan.body.certificates}
    return frozenset(swap.server for swap in swaps if (swap.server, swap.target) in targets)


def _swapped(plan: Plan, survey: SiteSurvey, seen_in: frozenset[ServerName]) -> tuple[ServerName, ...]:
    """Of a server that shows nothing, as one that a drill has left stopped or shut, what was last seen counts."""
    served = {each.server: each.fingerprint for each in survey.served}

    def is_in(chosen: CertificateFor) -> bool:
        shown = served.get(chosen.server)
        return shown == chosen.fingerprint or (shown is None and chosen.server in seen_in)

    return tuple(chosen.server for chosen in plan.body.certificates if is_in(chosen))
