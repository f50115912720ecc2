"""Starting a rotation once: stored first, then given to Temporal, and found again when it is asked for twice."""

from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil
from typing import Literal

from api.http.authors import with_first
from api.http.problems import ProblemError, refused
from api.http.second_person import require_second
from api.parts import Parts
from api.rotation.orphaned_tasks import require_no_claimed_task
from api.rotation.rotation_document import RotationRequest
from api.rotation.rotation_now import busy, require_alive, require_free, still_running
from api.site.fresh_survey import fresh_survey
from rotation.finding import blocking
from rotation.identity.identity import Principal
from rotation.identity.two_persons import PlanApproval, TwoPersonAct, Wish, reasons_to_start_together
from rotation.originals.plan_of_file import is_from_file
from rotation.plan.plan import Plan
from rotation.planning.advice.shortening import too_late
from rotation.values import RotationId
from service.identity import id_of
from service.plans.planning import planned_again
from service.startable import accept
from store.progress import NewRotation, Rotation, RotationStatus
from store.rotation.rotations import UnknownRotation
from store.site.sites import require_in_use
from store.trail.site_trail import Author

_SOONEST = timedelta(seconds=1)
_LATEST = timedelta(hours=1)
_RECOVERS_WITHIN = timedelta(hours=1)
"""What clients hold may have changed since; another plan costs a look at each server."""
_RECORDED: dict[str, Literal["restore", "recover"]] = {"restore": "restore", "recover": "recover"}


async def start(
    parts: Parts, order: RotationRequest, caller: Principal, author: Author, *, key: str | None
) -> Rotation:
    """The rotation of a plan that the caller approves, started now or by the same request before.

    1. the same request as before: its rotation, started if Temporal did not get it then
    2. the approved hash must be the plan's, and the site as the plan saw it
    3. its latest safe start must not have passed, unless the approver accepts that
    4. a plan that leaves clients out by name, or begins too late, is started by two persons
    5. store it, then start its workflow

    Raises:
        ProblemError: 409 when the plan is not what was approved, no longer fits the site, begins too late, or waits for
            a second person.
        SiteArchived: when the site is archived.
        SiteBusy: when another rotation of the site runs.
        IdempotencyConflict: when the key was used for another request.
        TemporalDown, NoAnswer: when Temporal does not answer before it is stored.
    """
    plan = await parts.store.plans.get(order.plan_id)
    before = await _before(parts, order, caller.name, plan, key)
    recorded = author
    if before is None:
        require_in_use(await parts.store.sites.get(plan.body.site_id))
        _require_hash(plan, order)
        await _require_idle(parts, plan)
        late = await _require_fit(parts, plan, order, author)
        wish = await _require_two_persons(parts, plan, order, caller, late=late)
        recorded = author if wish is None else with_first(author, wish)
    return await begin(parts, plan, order, author, before or new_id(key), key=key, recorded=recorded)


async def begin(
    parts: Parts,
    plan: Plan,
    order: RotationRequest,
    author: Author,
    rotation_id: RotationId,
    *,
    key: str | None = None,
    recorded: Author | None = None,
) -> Rotation:
    """Store the rotation, then start its workflow. Both are found when they are there already.

    The site's trail has the authors in `recorded`, of what two persons start; else `author`.
    """
    new = NewRotation(
        id=rotation_id,
        site_id=plan.body.site_id,
        plan_id=plan.id,
        plan_hash=plan.hash,
        purpose=_RECORDED.get(plan.body.purpose, "rotate"),
        started_by=author.who,
        why=order.why,
    )
    store = parts.store
    await require_free(parts, new.site_id)
    rotation, created = await store.rotations.create(
        new, parts.clock(), idempotency_key=key, fingerprint=order.fingerprint(author.who), author=recorded or author
    )
    if created:
        await accept(parts, rotation)
    elif rotation.status is RotationStatus.RUNNING:
        await require_alive(parts, rotation)
    return rotation


def retry_after(rotation: Rotation, plan: Plan, parts: Parts) -> str:
    """Seconds until it is worth asking again: the next time that the rotation or its plan knows of."""
    now = parts.clock()
    times = [rotation.next_action_at] if rotation.next_action_at else [time.earliest for time in plan.times]
    wait = min((time - now for time in times if time > now), default=_SOONEST)
    return str(ceil(min(max(wait, _SOONEST), _LATEST).total_seconds()))


async def _before(parts: Parts, order: RotationRequest, who: str, plan: Plan, key: str | None) -> RotationId | None:
    """The rotation that the same request created before."""
    if key is not None:
        with suppress(UnknownRotation):
            return (await parts.store.rotations.get(new_id(key))).id
        return None
    running = await parts.store.rotations.running(plan.body.site_id)
    # without a key, the same request finds a rotation that has not reported anything yet
    if running is None or not running.unreported:
        return None
    same = (running.plan_id, running.plan_hash, running.started_by, running.why)
    return running.id if same == (order.plan_id, order.plan_hash, who, order.why) else None


def new_id(key: str | None) -> RotationId:
    """An id for a rotation."""
    return RotationId(id_of("rot", key))


def _require_hash(plan: Plan, order: RotationRequest) -> None:
    if order.plan_hash != plan.hash:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "plan-hash-differs",
            f"plan {plan.id} has another hash than the one that was approved",
            remedy=f"read the plan again (GET /v1/plans/{plan.id}), and approve the hash that it shows",
        )


async def _require_idle(parts: Parts, plan: Plan) -> None:
    running = await still_running(parts, plan.body.site_id)
    if running is not None:
        raise await busy(parts, running)
    await require_no_claimed_task(parts, plan.body.site_id)
    if plan.body.purpose == "recover":
        return  # it writes no setting, and SEPM must answer before anything can be restored
    left = await parts.store.originals.unrestored(plan.body.site_id)
    if left:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "site-left-changed",
            f"rotation {left[0].rotation_id} has ended, and what it had changed is not put back",
            remedy=f"restore the site first: POST /v1/sites/{plan.body.site_id}/restore",
        )


async def _require_two_persons(
    parts: Parts, plan: Plan, order: RotationRequest, caller: Principal, *, late: bool
) -> Wish | None:
    """The wish of the other person; None where one person is enough."""
    reasons = tuple(reasons_to_start_together(plan.body, late=late, always=parts.two_persons_start))
    if not reasons:
        return None
    content = PlanApproval(plan=plan.id, hash=plan.hash, late=late)
    reason = f"{plan.id}: {'; '.join(reasons)}"
    return await require_second(parts, caller, TwoPersonAct.START, content, why=order.why, reason=reason)


async def _require_fit(parts: Parts, plan: Plan, order: RotationRequest, author: Author) -> bool:
    """Refuse a plan that the site has grown out of, and one that would begin too late. Whether it does, as accepted."""
    if is_from_file(plan):
        text = "the service made this plan from a file of originals to record a lost rotation; it cannot be started"
        raise refused("plan-stale", [blocking("plan-is-from-file", plan.id, text, "make a new plan")])
    if plan.body.purpose == "restore":
        return False
    if plan.body.purpose == "recover":
        _require_recent(plan, parts.clock())
        return False
    if plan.body.purpose == "roll-back":
        unfit = blocking("plan-is-a-roll-back", plan.id, "it goes on from a rotation that runs", "make a new plan")
        raise refused("plan-stale", [unfit])
    survey_id = await fresh_survey(parts, plan.body.site_id, order.survey_max_age, caller=author.who)
    findings, newer = await planned_again(parts.store, plan.body.site_id, survey_id, plan, now=parts.clock())
    if findings:
        raise refused("plan-stale", findings)
    if newer is None:
        return False
    if not order.accept_late_start:
        _require_in_time(newer)
    return bool(too_late(newer.findings))


def _require_in_time(plan: Plan) -> None:
    """Refuse a start past the latest safe one, with how late it is now and what may be shortened."""
    findings = too_late(plan.findings)
    if findings:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "latest-start-passed",
            f"{findings[0].message}: clients that are away may lose the site",
            remedy="shorten the plan, the findings say what each way gains and costs; or start it all the same: "
            "accept_late_start (rotator start --accept-late-start)",
            findings=findings,
        )


def _require_recent(plan: Plan, now: datetime) -> None:
    """Refuse a recovery that was planned over an hour ago: SEPM may not answer, so no new survey can check it."""
    if now - plan.made_at > _RECOVERS_WITHIN:
        text = f"it was made at {plan.made_at:%Y-%m-%d %H:%M} UTC: servers may present others by now"
        raise refused("plan-stale", [blocking("recovery-plan-old", plan.id, text, "make it again: rotator recover")])
