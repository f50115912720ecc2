"""Saying something to a running rotation, and its answer.

What is said is a signal: Temporal stores it before anybody acts on it, so that a rotation which is played again hears
it at the same place. An update is stored only when it was answered (docs/decisions/0013-signals.md).
"""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.service import RPCError, RPCStatusCode

from engine.asking import ask_running
from engine.calls import CEILING, within
from engine.fault import MoveRefused, NoAnswer, NotRunning
from engine.ids import rotation_workflow
from engine.rotations import SILENT
from rotation.running.message import HEARD_QUERY, Heard, Message, Reply
from rotation.values import SiteId

PATIENCE = timedelta(seconds=30)
"""How long to wait for a reply. Claiming a replacement surveys the site first, which takes a while."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(milliseconds=10), timedelta(milliseconds=500)
_PASSING = frozenset({RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.DEADLINE_EXCEEDED})
"""A new history that no worker has taken up yet, or a worker that is at work."""

Handle = WorkflowHandle[Any, Any]


async def send(client: Client, site_id: SiteId, message: Message, *, patience: timedelta = PATIENCE) -> Reply:
    """Say something to the rotation of a site and wait for its reply.

    1. ask whether it was answered before, or would be refused: then nothing is sent
    2. send it: from here on it is heard, whoever dies
    3. ask until it is answered

    The request id makes it once: the same one sent again brings the first reply, so after NoAnswer just send again.

    Raises:
        MoveRefused: when the rotation may not do that now; it left no trace.
        NotRunning: when the site has no running rotation.
        NoAnswer: when there is no reply in time: no worker, or the rotation is still at work on it.
        TemporalDown: when Temporal cannot be reached.
    """
    handle: Handle = client.get_workflow_handle(rotation_workflow(site_id))
    try:
        async with within(CEILING, silence=SILENT):
            reply = await say(handle, message)
        if reply is None:
            async with within(patience, silence="the rotation is at work on it; ask again with the same request id"):
                reply = await answer(handle, message)
    except WorkflowQueryRejectedError as error:
        raise NotRunning(site_id) from error
    except WorkflowQueryFailedError as error:
        raise NoAnswer(f"the rotation cannot say what it heard: {error}") from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotRunning(site_id) from error
        raise
    return reply


async def say(handle: Handle, message: Message) -> Reply | None:
    """Say it, where it is not known yet. The reply, where it was answered before.

    Raises:
        MoveRefused: when the rotation may not do that now; it left no trace.
        WorkflowQueryRejectedError: when the rotation has ended without a reply to it.
    """
    heard = await _heard(handle, message)
    if heard.refusal is not None:
        raise MoveRefused(heard.refusal.code, heard.refusal.message, heard.refusal.remedy)
    if heard.reply is None:
        await handle.signal(message.move.value, message)
    return heard.reply


async def answer(handle: Handle, message: Message) -> Reply:
    """The reply to what was said, however long it takes.

    Raises:
        WorkflowQueryRejectedError: when the rotation has ended without a reply to it.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            heard = await _heard(handle, message)
        except RPCError as error:
            if error.status not in _PASSING:
                raise
        else:
            if heard.reply is not None:
                return heard.reply
        await asyncio.sleep(pause.total_seconds())
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _heard(handle: Handle, message: Message) -> Heard:
    try:
        return await ask_running(handle, HEARD_QUERY, Heard, message)
    except WorkflowQueryRejectedError as error:
        if error.status is not WorkflowExecutionStatus.COMPLETED:
            raise
        heard = await _last_words(handle, message)
        if heard.reply is None:
            raise
        return heard


async def _last_words(handle: Handle, message: Message) -> Heard:
    """What a rotation that has come to its end had replied."""
    async with within(CEILING, silence=SILENT):
        last: Heard = await handle.query(HEARD_QUERY, message, result_type=Heard, rpc_timeout=CEILING)
    return last
