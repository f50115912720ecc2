"""The page of a plan: its effects on each group, its dates, the clients it may lose, and its start."""

from http import HTTPStatus
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed, forbidden
from api.http.authors import WithAuthor
from api.http.caller import Caller
from api.http.invalid import checked
from api.pages.frame.own_forms import key_of, texts_of
from api.pages.frame.rendering import render_page
from api.pages.plan.carried_out import ended_by, is_carried_out, left_of, steps_done
from api.pages.rotation.asked_matters import plan_asked_about
from api.parts import Parts, WithParts
from api.plan.plans import show_plan
from api.rotation.rotation_document import RotationRequest
from api.rotation.starting import start
from rotation.finding import Severity
from rotation.identity.permission import Permission
from rotation.identity.two_persons import TwoPersonAct, Wish, approvals, reasons_to_start_together
from rotation.plan.forecast import forecast, least
from rotation.plan.step import Console
from rotation.planning.advice.shortening import too_late
from rotation.values import PlanId

router = APIRouter(prefix="/plans/{plan_id}", include_in_schema=False)
_RECENT = "PT15M"
"""A survey of the last quarter of an hour is used: a start that a second person repeats need not survey again."""


@router.get("", dependencies=[allowed(Permission.SEE)])
async def show(request: Request, plan_id: PlanId, parts: WithParts, caller: Caller) -> HTMLResponse:
    """The page of a plan."""
    kept = await parts.store.plans.get(plan_id)
    late = kept.latest_start is not None and kept.latest_start.at < parts.clock()
    running = await parts.store.rotations.running(kept.body.site_id)
    plan, done = await show_plan(plan_id, parts), await steps_done(parts, kept, running)
    ended = await ended_by(parts, kept) if running is None else None
    asked = running.attention if running is not None else ()
    left = left_of(kept.body, done)
    times = {each.step: each for each in forecast(left, start=parts.clock() if done else kept.made_at)}
    return render_page(
        request,
        "plan.html",
        plan=plan,
        warnings=[each for each in plan.reasons if each.severity is not Severity.INFO],
        reasons=[each for each in plan.reasons if each.severity is Severity.INFO],
        tasks=sum(isinstance(each, Console) for each in left.steps),
        least=least(left),
        times=times,
        ends=max((each.expected for each in times.values()), default=None),
        in_waves=len(kept.body.waves) > 1 and not kept.request.keep_relaxed,
        subjects={each.fingerprint: each.subject for each in await parts.store.certificates.list()},
        site=await parts.store.sites.get(kept.body.site_id),
        together=tuple(reasons_to_start_together(kept.body, late=late, always=parts.two_persons_start)),
        late=late or bool(too_late(kept.findings)),
        running=running,
        done=done,
        carried_out=ended if is_carried_out(kept, ended) else None,
        ended=ended,
        asked_about=any(plan_asked_about(each.code, each.message) == plan_id for each in asked),
        wished=await wished_start(parts, kept.id, kept.hash) if running is None else None,
        barred=None if caller.may(Permission.START) else (await forbidden(parts, caller, Permission.START)).problem,
        request_id=uuid4().hex,
    )


@router.post("/start", dependencies=[allowed(Permission.START)])
async def begin(request: Request, plan_id: PlanId, parts: WithParts, caller: Caller, author: WithAuthor) -> Response:
    """Start what the page has shown: the hash is in the form. The same form again starts nothing twice."""
    sent = await texts_of(request)
    with checked():
        order = RotationRequest.model_validate(
            {
                "plan_id": plan_id,
                "plan_hash": sent.get("hash", ""),
                "why": sent.get("why", ""),
                "accept_late_start": "late" in sent,
                "survey_max_age": _RECENT,
            }
        )
    rotation = await start(parts, order, caller, author, key=key_of(request, caller, sent).name)
    return RedirectResponse(f"/rotations/{rotation.id}", HTTPStatus.SEE_OTHER)


async def wished_start(parts: Parts, plan_id: PlanId, plan_hash: str) -> Wish | None:
    """The wish of one person to start a plan, which waits for a second one."""
    for content in approvals(plan_id, plan_hash):
        if (wish := await parts.store.wishes.waiting(TwoPersonAct.START, content, at=parts.clock())) is not None:
            return wish
    return None
