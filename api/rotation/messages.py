"""Messages to a running rotation, and what its answers mean to the caller."""

from asyncio import Lock, sleep, timeout
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from weakref import WeakValueDictionary

from api.http.problems import ProblemError, later, refused
from api.manners.entity_tags import changed_since, tag_of
from api.manners.request_ids import request_id
from api.parts import Parts
from api.repeats.request_key import RequestKey
from api.rotation.rotation_now import refusal_of, require_alive, trouble_now
from engine.client.presence import answers
from engine.client.updates import send
from engine.fault import EngineFault, MoveRefused, NoAnswer, NotRunning, TemporalDown
from rotation.running.ends import end_words
from rotation.running.message import OVERTAKEN, Message
from rotation.standing.trouble import Standing, TroubleCode
from rotation.values import RotationId, SiteId
from store.progress import Rotation, RotationStatus

_STORED = 0.05
"""Seconds between two looks for what a rotation has stored."""
_LONGEST = 2.0
"""Seconds: a rotation that is kept from storing goes on, and so does its caller."""
_turns: WeakValueDictionary[RotationId, Lock] = WeakValueDictionary()


async def say_to_what_was_read(
    parts: Parts, site_id: SiteId, message: Message, key: RequestKey, *, confirm: Callable[[], Awaitable[None]]
) -> None:
    """Send `message` to a rotation that is as `confirm` has it; the next one waits until its effect is stored.

    Raises:
        As `say`.
    """
    async with _turns.setdefault(message.rotation_id, Lock()):
        await confirm()  # the turn before may have ended it, and what has ended refuses all
        await say_until_stored(parts, site_id, message, key, confirm=confirm)


async def say_until_stored(
    parts: Parts,
    site_id: SiteId,
    message: Message,
    key: RequestKey,
    *,
    confirm: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Send `message`, and wait until its effect is stored: what a rotation has answered is stored a moment later.

    Who reads the rotation behind the answer reads what has come of it, unless storing takes longer than two seconds.

    Raises:
        As `say`.
    """
    before = tag_of(await parts.store.rotations.get(message.rotation_id))
    if not await say(parts, site_id, message, key, confirm=confirm):
        return
    with suppress(TimeoutError):
        async with timeout(_LONGEST):
            while tag_of(await parts.store.rotations.get(message.rotation_id)) == before:  # noqa: ASYNC110 - the worker stores it
                await sleep(_STORED)


async def say(
    parts: Parts,
    site_id: SiteId,
    message: Message,
    key: RequestKey,
    *,
    confirm: Callable[[], Awaitable[None]] | None = None,
) -> bool:
    """Send `message`, and wait until the rotation has answered it; False while it is still at work on it.

    Raises:
        ProblemError: 412 where the rotation is not as `confirm` has it, or another message comes first.
        ProblemError: 409 with the findings, when the rotation does not accept it; 409 or 503 with what helps, when it
            runs by the store and cannot answer.
        EngineFault: when it is refused at once, or withdrawn, or cannot be reached.
    """
    latest = parts.standings.now(parts.clock())
    found = latest.own(message.rotation_id) if latest is not None else None
    if found is not None and found.trouble.code is TroubleCode.RESET_OUTSIDE:
        raise refusal_of(found.trouble)  # its workflow would take it, and can do nothing with it
    message = message.model_copy(update={"http_request": request_id()})
    try:
        reply = await send(parts.temporal, site_id, message, longest=parts.answer_wait, confirm=confirm)
    except TemporalDown as fault:
        _name_key(fault, key)
        if await answers(parts.temporal):
            parts.standings.message_refused(parts.clock(), fault)
        raise
    except (NotRunning, NoAnswer, MoveRefused) as fault:
        _name_key(fault, key)
        rotation = await parts.store.rotations.get(message.rotation_id)
        if rotation.status is not RotationStatus.RUNNING:
            raise _ended(rotation) from fault
        trouble = None
        with suppress(TemporalDown, NoAnswer):  # then what became of the message is all there is to say
            trouble = await trouble_now(parts, rotation)
        unsent = not isinstance(fault, MoveRefused) and not fault.sent_as
        if trouble is not None and (trouble.standing is Standing.ADRIFT or unsent):
            raise refusal_of(trouble) from fault
        if isinstance(fault, NotRunning):
            await require_alive(parts, rotation)
            raise _begins(rotation) from fault
        raise
    parts.standings.message_stored()
    if reply is not None and any(each.code == OVERTAKEN for each in reply.findings):
        rotation = await parts.store.rotations.get(message.rotation_id)
        raise changed_since(tag_of(rotation), f"rotation {rotation.id}")
    if reply is not None and not reply.accepted:
        raise refused(f"{message.move.value.replace('_', '-')}-refused", reply.findings)
    return reply is not None


def _name_key(fault: EngineFault, key: RequestKey) -> None:
    """Have the caller get the key by which it sends the very same message again."""
    if fault.sent_as:
        fault.sent_as = key.text


def _ended(rotation: Rotation) -> ProblemError:
    how = f"rotation {rotation.id} does not run any more: {end_words(rotation.status.value)}"
    left = rotation.status is RotationStatus.TERMINATED
    remedy = f"rotator restore {rotation.site_id} --why REASON" if left else "it takes no message any more"
    return ProblemError(HTTPStatus.CONFLICT, "not-running", how, remedy=remedy)


def _begins(rotation: Rotation) -> ProblemError:
    how = f"rotation {rotation.id} had not been given to Temporal; it begins now"
    return later("not-begun", how, seconds=2, remedy="send it again in a moment")
