"""A rotation: why it waits, what is asked, its steps with their dates, coverage, tasks, trail; and its moves."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed, forbidden
from api.http.caller import Caller
from api.http.invalid import checked
from api.manners.paging import EVERYTHING
from api.pages.frame.own_forms import key_of, texts_of
from api.pages.frame.rendering import render_page
from api.pages.move_offers import MEANINGS, MoveOffer, general_offers
from api.pages.rotation.asked_matters import asked_matters
from api.pages.rotation.coverage_curve import curve_of
from api.pages.rotation.step_dates import DatedStep, dated, given_up
from api.parts import Parts, WithParts
from api.plan.plan_document import StepShown
from api.rotation.live import live_of, state_now
from api.rotation.moves import RotationMoveRequest, make_move, permission_of
from api.rotation.rotation_document import RotationShown, StepNow
from api.rotation.waiting import rotation_shown, why_waiting
from api.task.task_document import TaskShown
from api.task.tasks import list_tasks
from engine.contract import EventKind
from engine.ids import rotation_workflow
from rotation.drift.presented import THIRD
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.plan.plan import Plan
from rotation.plan.work.task import WAITING
from rotation.proof.reason_texts import REASONS
from rotation.running.attention import TASK_WRONG
from rotation.running.message import Move
from rotation.running.state import RotationState
from rotation.values import RotationId, ServerName, Value
from store.progress import RotationStatus
from store.rotation.plans import PlanAltered

router = APIRouter(prefix="/rotations/{rotation_id}", include_in_schema=False)
_CONFIRMED = frozenset({Move.LOOK_AGAIN, Move.EXTEND, Move.APPROVE, Move.PROCEED})
"""The moves of which the page may show nothing else at once."""
_BACK = "roll-back"
_LEFT = frozenset({RotationStatus.RUNNING, RotationStatus.TERMINATED})
"""Where a rotation that has ended may have left settings changed."""
_EVIDENCE = ("clients", "covered", "missing")


class MovesNow(Value):
    """The moves of a rotation that can be asked now."""

    offers: tuple[MoveOffer, ...]
    replaced: bool
    """Whether the point of no return is passed: a cancel puts nothing back any more."""
    swapped: tuple[ServerName, ...]
    """The servers with the certificate that the plan which runs gives them."""
    back: bool
    """Whether that plan puts the old certificates back."""
    restores: bool
    """Whether it only puts settings back."""
    third: bool
    """Whether a server presents a certificate that no step put there."""

    @property
    def rolls_back(self) -> bool:
        """Whether a roll-back is offered."""
        return any(each.move is Move.ROLL_BACK and each.offered for each in self.offers)


@router.get("", dependencies=[allowed(Permission.SEE)])
async def show(
    request: Request, rotation_id: RotationId, parts: WithParts, caller: Caller, taken: Move | None = None
) -> HTMLResponse:
    """The page of a rotation; behind a move that it does not show by itself, with what was taken."""
    rotation = await parts.store.rotations.get(rotation_id)
    now = await state_now(
        parts, rotation
    )  # asked once: what a reader reads, and what a form answers, are of one moment
    shown = rotation_shown(parts, rotation, await live_of(parts, now))
    tasks = await list_tasks(parts, caller, EVERYTHING, rotation_id=rotation_id)
    steps = await _steps(parts, shown, tasks.items)
    return render_page(
        request,
        "rotation.html",
        rotation=shown,
        site=await parts.store.sites.get(shown.site_id),
        why=why_waiting(shown, parts.clock()),
        steps=steps,
        matters=await asked_matters(parts, shown, now, caller),
        moves=moves_now(now, caller),
        restores=caller.may(Permission.START)
        and rotation.status in _LEFT
        and parts.standings.has_ended(rotation, parts.clock()),
        who_can=await _who_can(parts, caller),
        tasks=sorted(tasks.items, key=lambda each: each.state not in WAITING),
        trail=await parts.store.events.newest(rotation_id),
        curve=await curve_of(parts, shown, [each.step for each in steps]),
        reasons=REASONS,
        ui=parts.ui,
        workflow=rotation_workflow(shown.site_id),
        taken=taken if taken in _CONFIRMED else None,
        reading=shown.live.wait.reading if shown.live and shown.live.wait else shown.coverage,
    )


def _handler(move: Move) -> Callable[[Request, RotationId, WithParts, Caller], Awaitable[Response]]:
    async def handler(request: Request, rotation_id: RotationId, parts: WithParts, caller: Caller) -> Response:
        sent = await texts_of(request)
        with checked():
            order = RotationMoveRequest.model_validate(
                {
                    "why": sent.get("why", ""),
                    "by": f"P{sent['days']}D" if move is Move.EXTEND and "days" in sent else None,
                    "question": sent.get("question", ""),
                    "evidence": {name: sent[name] for name in _EVIDENCE if name in sent},
                }
            )
        await make_move(parts, caller, rotation_id, move, order, key=key_of(request, caller, sent))
        taken = f"?taken={move.value}" if move in _CONFIRMED else ""
        return RedirectResponse(f"/rotations/{rotation_id}{taken}", HTTPStatus.SEE_OTHER)

    return handler


for _move in MEANINGS:
    router.add_api_route(
        f"/{_move.value.replace('_', '-')}",
        _handler(_move),
        methods=["POST"],
        name=f"page_{_move.value}",
        dependencies=[allowed(permission_of(_move))],
        response_model=None,
    )


def moves_now(now: RotationState | None, caller: Principal) -> MovesNow | None:
    """What may be done with a rotation as it is; None where it cannot be asked."""
    if now is None:
        return None
    back = now.outline.purpose == _BACK
    third = any(each.code in {THIRD, TASK_WRONG} for each in now.attention)
    offers = general_offers(now, caller)
    return MovesNow(
        offers=offers,
        replaced=now.replaced,
        swapped=now.swapped,
        back=back,
        restores=now.outline.purpose == "restore",
        third=third,
    )


async def _who_can(parts: Parts, caller: Principal) -> dict[Permission, str]:
    """Of each move that the reader may not make, who does it."""
    barred = {permission_of(move) for move in MEANINGS if not caller.may(permission_of(move))}
    return {each: (await forbidden(parts, caller, each)).problem.remedy for each in barred}


async def _steps(parts: Parts, shown: RotationShown, tasks: Sequence[TaskShown]) -> tuple[DatedStep, ...]:
    began = await parts.store.events.times_of(shown.id, EventKind.STEP_BEGAN)
    try:
        plan = await parts.store.plans.get(shown.plan_id)
    except PlanAltered:
        plan = None
    if plan is None:
        return dated(shown.live.steps if shown.live is not None else (), began, parts.clock(), tasks)
    ended = await parts.store.events.times_of(shown.id, EventKind.STEP_ENDED)
    steps = shown.live.steps if shown.live is not None else _stored_steps(shown, plan)
    return dated(steps, began, parts.clock(), tasks, given_up=given_up(plan.body, began, ended))


def _stored_steps(shown: RotationShown, plan: Plan) -> tuple[StepNow, ...]:
    """The steps of the plan, as far as the rotation has reported."""
    times = {time.step: time for time in plan.times}
    running = shown.status is RotationStatus.RUNNING

    def stands(place: int) -> str:
        if place < shown.step_index:
            return "done"
        return "current" if running and place == shown.step_index and shown.step_count else "ahead"

    every = (StepShown.of(step, times.get(step.id)) for step in plan.body.steps)
    return tuple(StepNow(**dict(step), state=stands(place)) for place, step in enumerate(every))
