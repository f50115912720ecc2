"""Home: what needs a person now, and every site, the one that must be begun soonest first."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.http.allowed import allowed
from api.http.caller import Caller
from api.manners.paging import EVERYTHING
from api.pages.frame.addresses import HOME
from api.pages.frame.rendering import render_page
from api.pages.site.limits_wish import wished_limits
from api.parts import Parts, WithParts
from api.rotation.live import live_by, live_of, state_now
from api.rotation.rotation_document import RotationShown
from api.rotation.waiting import rotation_shown, why_waiting
from api.site.inventory import show_inventory
from api.site.site_document import SiteInList
from api.site.sites import list_sites
from api.standing.standing import show_standing
from api.task.task_document import TaskList
from api.task.tasks import list_tasks
from engine.client.watch import next_round
from rotation.finding import Severity
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.identity.two_persons import TwoPersonAct, Wish, approvals, wish_digest
from rotation.plan.plan import Plan
from rotation.plan.work.task import WAITING
from rotation.running.message import Move
from rotation.text.sentence import Sentence
from rotation.values import PlanId, SiteId, Value
from store.progress import Rotation
from store.rotation.plans import PlanInShort

router = APIRouter(include_in_schema=False)
_AT_ONCE = 8
"""Rotations whose workflows are asked at once."""
_PATIENCE = 3.0
"""Seconds in which workflows are asked; of the others what the store has is shown. Home opens when nothing answers."""
_NEVER = datetime.max.replace(tzinfo=UTC)


class RunningNow(Value):
    """A rotation that runs, and why it waits."""

    rotation: RotationShown
    why: Sentence
    asks: bool
    """Whether a person has something to choose, or the service finds something wrong."""
    second: bool
    """Whether a second person is wanted."""


class WishedStart(Value):
    """A plan that one person wishes to start, and that waits for a second one."""

    plan_id: PlanId
    site: str
    wish: Wish


class SiteOnHome(Value):
    """A site, and by when its next rotation must begin."""

    site: SiteInList
    latest_start: datetime | None
    ends: datetime | None
    """When the first certificate on its ports ends."""
    completed: bool = False
    """Whether its newest plan has been carried out: the next one has another latest safe start."""
    running: RunningNow | None

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """The soonest first: by the latest safe start, then by the first end."""
        return (self.latest_start or _NEVER, self.ends or _NEVER, self.site.name)


@router.get(HOME, dependencies=[allowed(Permission.KNOW_ITSELF)])
async def show_home(request: Request, parts: WithParts, caller: Caller) -> HTMLResponse:
    """What needs a person now, and the sites."""
    tasks = (
        await list_tasks(parts, caller, EVERYTHING, state=sorted(WAITING))
        if caller.may(Permission.SEE_TASKS)
        else TaskList(items=(), next=None)
    )
    if not caller.may(Permission.SEE):
        nothing: dict[str, object] = dict.fromkeys(
            ("running", "wished", "wished_limits", "rows", "troubles", "ending", "next_look"), ()
        )
        return render_page(request, "home.html", tasks=tasks.items, sees=False, **nothing)
    running = await running_now(parts, caller)
    inventory = await show_inventory(parts, caller)
    ends: dict[SiteId, datetime] = {}
    for certificate in inventory.certificates:
        for place in certificate.seen_at if certificate.not_after is not None else ():
            ends[place.site_id] = min(ends.get(place.site_id, _NEVER), certificate.not_after or _NEVER)
    by_site = {each.rotation.site_id: each for each in running}
    plans = await parts.store.plans.newest_of_all()
    wishes = await parts.store.wishes.all_waiting(TwoPersonAct.START, at=parts.clock())
    rows, wished = [], []
    sites = (await list_sites(parts, caller, EVERYTHING)).items
    for site in sites:
        plan, now = plans.get(site.id), by_site.get(site.id)
        start = plan.latest_start.at if plan is not None and plan.latest_start is not None else None
        rows.append(
            SiteOnHome(
                site=site,
                latest_start=start,
                ends=ends.get(site.id),
                running=now,
                completed=plan is not None and plan.completed,
            )
        )
        if plan is not None and now is None and (wish := _wish(plan, wishes)) is not None:
            wished.append(WishedStart(plan_id=plan.id, site=site.name, wish=wish))
    return render_page(
        request,
        "home.html",
        tasks=tasks.items,
        running=sorted((each for each in running if each.asks), key=lambda each: not each.second),
        wished=wished,
        wished_limits=await wished_limits(parts, caller),
        names={each.id: each.name for each in sites},
        rows=sorted(rows, key=lambda row: row.order),
        troubles=(await show_standing(parts, caller)).service,
        ending=[each for each in inventory.findings if each.severity is not Severity.INFO],
        sees=True,
        next_look=await next_round(parts.temporal) if any(row.ends is None for row in rows) else None,
        plans=caller.may(Permission.PLAN),
        registers=caller.may(Permission.REGISTER_SITES),
    )


async def running_now(parts: Parts, caller: Principal) -> tuple[RunningNow, ...]:
    """The running rotations of the sites that the caller sees, each as its workflow shows it."""
    turn, loop = asyncio.Semaphore(_AT_ONCE), asyncio.get_running_loop()
    deadline = loop.time() + _PATIENCE

    every = [each for each in await parts.store.rotations.all_running() if caller.sees(each.site_id)]
    plans = await parts.store.plans.of_ids([each.plan_id for each in every])

    async def asked(rotation: Rotation) -> RunningNow:
        async with turn:
            if loop.time() < deadline:
                return await now_of(parts, rotation, plans.get(rotation.plan_id))
        return _now(parts, rotation_shown(parts, rotation))

    return tuple(await asyncio.gather(*map(asked, every)))


async def now_of(parts: Parts, rotation: Rotation, plan: Plan | None = None) -> RunningNow:
    """A rotation as its workflow shows it, and why it waits; `plan` where it was read before."""
    now = await state_now(parts, rotation)
    is_its_own = now is not None and plan is not None and now.plan_id == plan.id
    live = live_by(now, plan) if now is not None and plan is not None and is_its_own else await live_of(parts, now)
    return _now(parts, rotation_shown(parts, rotation, live))


def _now(parts: Parts, shown: RotationShown) -> RunningNow:
    options = {option for each in (shown.live.attention if shown.live else ()) for option in each.options}
    return RunningNow(
        rotation=shown,
        why=why_waiting(shown, parts.clock()),
        asks=bool(shown.attention) or shown.held,
        second=Move.APPROVE in options,
    )


def _wish(plan: PlanInShort, wishes: Mapping[str, Wish]) -> Wish | None:
    """The wish of one person to start the plan."""
    if not wishes:
        return None
    digests = (wish_digest(TwoPersonAct.START, content) for content in approvals(plan.id, plan.hash))
    return next((wishes[each] for each in digests if each in wishes), None)
