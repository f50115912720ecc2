"""Server lists that an administrator has edited during the rotation (rule 18)."""

from collections.abc import Mapping
from datetime import datetime

from rotation.drift.drift import Drift
from rotation.drift.lists import edited_lists, shown_by_tasks
from rotation.plan.plan import Plan
from rotation.plan.work.task import TaskState
from rotation.site import Site
from rotation.survey import SiteSurvey
from rotation.values import ListName, RotationId
from sepm.port import Sepm
from store.store import Store


async def dates_of_lists(client: Sepm) -> dict[ListName, datetime]:
    """When each list was last edited that SEPM shows with that date."""
    return {name: edited for name, edited in (await client.lists_edited()).items() if edited is not None}


async def lists_not_as_known(
    store: Store,
    site: Site,
    rotation_id: RotationId,
    plan: Plan,
    survey: SiteSurvey,
    *,
    confirmed_lists: Mapping[ListName, datetime],
    at: str,
) -> tuple[Drift, ...]:
    """The lists edited after the survey by which the plan knows them, their own task, and a confirmation."""
    if not survey.lists_edited:
        return ()
    shown = (await store.surveys.get(plan.known_by_survey)).lists_edited
    tasks = await store.tasks.list([TaskState.DONE], rotation_id=rotation_id)
    shown = latest_of(shown, shown_by_tasks(tasks, ahead=survey.sepm_clock - survey.taken_at), confirmed_lists)
    return edited_lists(site, plan.body, survey, shown, at=at, confirmed_lists=confirmed_lists.keys())


def latest_of(*known: Mapping[ListName, datetime]) -> dict[ListName, datetime]:
    """By list, the latest of what is known."""
    latest: dict[ListName, datetime] = {}
    for each in known:
        latest |= {name: max(until, latest.get(name, until)) for name, until in each.items()}
    return latest
