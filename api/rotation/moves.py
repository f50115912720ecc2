"""/v1/rotations/{id}/{move}: what people say to a running rotation."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends
from pydantic import Field

from api.http.allowed import allowed
from api.http.caller import Caller
from api.http.problems import ProblemError, described
from api.http.second_person import require_second
from api.manners.entity_tags import IfMatch, require_match, tag_of
from api.manners.openapi.moves import MEANING
from api.parts import Parts, WithParts
from api.repeats.request_key import RequestKey, WithRequestKey
from api.rotation.messages import say_to_what_was_read, say_until_stored
from engine.client.rotations import state
from engine.fault import NotRunning
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.identity.two_persons import TwoPersonAct
from rotation.running.attention import PLAN_DIFFERS
from rotation.running.message import Message, Move
from rotation.span import UpToAYear
from rotation.values import RotationId, Value
from store.progress import Rotation

router = APIRouter(prefix="/v1/rotations", tags=["moves"])

_NAMES = {Move.LOOK_AGAIN: "look_at_gate_again", Move.STATE_GATE: "state_gate"}
"""Of operations whose name is not the move and `rotation`."""


_Statement = Annotated[str, Field(max_length=50_000)]
"""The rotation keeps the text in its state: room for thousands of names, and no more than Temporal carries."""


class RotationMoveRequest(Value):
    """A move, and why."""

    why: str = Field(default="", max_length=2000)
    by: Annotated[UpToAYear, Field(gt=timedelta(0))] | None = Field(
        default=None, description="For extend: how much longer, e.g. P7D"
    )
    evidence: dict[str, _Statement] = Field(
        default_factory=dict,
        max_length=20,
        description="For state_gate: clients, covered, missing (names, parted by commas)",
    )
    question: str = Field(
        default="",
        max_length=100,
        description="For approve, proceed, state_gate, retry and finish: the token of the question that is answered, "
        "`live.attention[].question` of GET /v1/rotations/ID?live=true",
    )


class Moved(Value):
    """A move that was accepted."""

    rotation_id: RotationId
    move: Move
    accepted: bool = True


Confirm: TypeAlias = Callable[[], Awaitable[None]]


async def expected_rotation(rotation_id: RotationId, parts: WithParts, if_match: IfMatch = None) -> Confirm | None:
    """Refuse a move of a rotation that is stored otherwise by now than the caller expects. Gives what asks once more.

    Raises:
        ProblemError: 412.
    """
    if if_match is None:
        return None

    async def confirm() -> None:
        require_match(if_match, tag_of(await parts.store.rotations.get(rotation_id)), f"rotation {rotation_id}")

    await confirm()
    return confirm


def _handler(move: Move) -> Callable[..., Awaitable[Moved]]:
    async def handler(
        rotation_id: RotationId,
        order: RotationMoveRequest,
        caller: Caller,
        parts: WithParts,
        *,
        key: WithRequestKey,
        confirm: Annotated[Confirm | None, Depends(expected_rotation)],
    ) -> Moved:
        return await make_move(parts, caller, rotation_id, move, order, key=key, confirm=confirm)

    return handler


async def make_move(
    parts: Parts,
    caller: Principal,
    rotation_id: RotationId,
    move: Move,
    order: RotationMoveRequest,
    *,
    key: RequestKey,
    confirm: Confirm | None = None,
) -> Moved:
    """Say it to the rotation, and wait for its answer.

    Raises:
        ProblemError: 409 when it is refused, or waits for a second person; 409 or 503 when the rotation cannot answer;
            412 when it is not as `confirm` has it.
        StoreFault: when no such rotation is kept.
        EngineFault: when the rotation cannot be reached.
    """
    rotation = await parts.store.rotations.get(rotation_id)
    if move is Move.APPROVE and parts.two_persons_start:
        await _require_two_approvals(parts, rotation, order, caller)
    message = Message(
        move=move,
        rotation_id=rotation_id,
        who=caller.name,
        identity=caller.id,
        why=order.why,
        by=order.by,
        attestation=order.evidence,
        question=order.question,
        request_id=key.name,
    )
    if confirm is None:
        await say_until_stored(parts, rotation.site_id, message, key)
    else:
        await say_to_what_was_read(parts, rotation.site_id, message, key, confirm=confirm)
    return Moved(rotation_id=rotation_id, move=move)


def permission_of(move: Move) -> Permission:
    """What a caller must be permitted who makes the move."""
    return Permission.APPROVE if move is Move.APPROVE else Permission.MOVE


async def _require_two_approvals(
    parts: Parts, rotation: Rotation, order: RotationMoveRequest, caller: Principal
) -> None:
    """Have two persons approve an amendment, as they do each plan here; one that a person wished has its second.

    Raises:
        ProblemError: 409 `second-person`, when no other person has approved it: it is kept as a wish.
        EngineFault: when the rotation cannot be asked what it asks.
    """
    try:
        now = await state(parts.temporal, rotation.site_id)
    except NotRunning:
        return  # the message is refused, with how it ended
    if now.rotation_id != rotation.id:
        return  # the message is refused, with what runs there
    named = next((each for each in now.attention if order.question and each.question == order.question), None)
    if named is None:  # by the time the rotation reads it, it could be the question about an amendment
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "other-question",
            f"rotation {rotation.id} asks nothing of that token now",
            remedy="read what is asked (GET /v1/rotations/ID?live=true), and send its token where you mean that",
        )
    if named.code == PLAN_DIFFERS and now.proceed is None:
        content = {"rotation": rotation.id, "question": order.question}
        reason = "two persons approve each plan here"
        await require_second(parts, caller, TwoPersonAct.AMEND, content, why=order.why, reason=reason)


for _move, _meaning in MEANING.items():
    router.add_api_route(
        f"/{{rotation_id}}/{_move.value.replace('_', '-')}",
        _handler(_move),
        methods=["POST"],
        name=_NAMES.get(_move, f"{_move.value}_rotation"),
        description=_meaning,
        dependencies=[allowed(permission_of(_move))],
        responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    )
