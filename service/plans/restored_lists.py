"""Original lists that a cancel or a restore assigns again: SEPM shows when each was edited (rule 18)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from rotation.drift.drift import Drift
from rotation.drift.lists import edited_meanwhile, shown_by_tasks
from rotation.plan.step import SettingField
from rotation.plan.work.task import TaskState
from rotation.values import ListName
from sepm.port import Sepm
from service.edited_lists import dates_of_lists, latest_of
from service.plans.restoring import rotations_since
from service.scope import StepScope, WantedPair
from store.progress import Rotation


def lists_of(pairs: Iterable[WantedPair]) -> frozenset[ListName]:
    """The lists that pairs get back."""
    return frozenset([each.server_list for each in pairs if each.server_list is not None])


async def lists_still_to_assign(scope: StepScope, client: Sepm) -> frozenset[ListName]:
    """The lists of the pairs that do not use their own yet."""
    found = []
    for wanted in await scope.wanted(SettingField.SERVER_LIST, restores=True):
        now = await scope.settings_now(client, wanted, restores=True)
        if now is not None and not wanted.is_in(now[1]):
            found.append(wanted)
    return lists_of(found)


async def edited_before(
    scope: StepScope, client: Sepm, lists: Collection[ListName], *, confirmed_lists: Mapping[ListName, datetime]
) -> tuple[Drift, ...]:
    """The lists that are about to be assigned again and were edited since their content was known.

    That is the survey of the plan that has changed the site: a restore is planned when it was changed already.
    """
    edited = await dates_of_lists(client) if lists else {}
    if not edited:
        return ()
    store, ahead = scope.world.store, client.clock_of_last_answer() - scope.world.clock()
    changed_by, *others = await _changed_by(scope)
    is_another = changed_by.id != scope.ref.rotation_id
    plan = await store.plans.get(changed_by.plan_id) if is_another else scope.plan
    shown = (await store.surveys.get(plan.known_by_survey)).lists_edited
    ids = (changed_by.id, *(each.id for each in others))
    tasks = [task for each in ids for task in await store.tasks.list([TaskState.DONE], rotation_id=each)]
    shown = latest_of(shown, shown_by_tasks(tasks, ahead=ahead), confirmed_lists)
    return edited_meanwhile(scope.site, lists, edited, shown)


async def _changed_by(scope: StepScope) -> tuple[Rotation, ...]:
    """The rotation that has changed the site, and what was begun since to put that back; the one that asks last."""
    store, ref = scope.world.store, scope.ref
    asks = await store.rotations.get(ref.rotation_id)
    if scope.plan.body.purpose != "restore":
        return (asks,)
    left = await store.originals.unrestored(ref.site_id, but=ref.rotation_id)
    return (*(await rotations_since(store, ref.site_id, left[0].rotation_id) if left else ()), asks)
