"""Sending a message to a running rotation, and its reply.

A message is a signal: Temporal stores it before the rotation acts on it, so that a rotation which is played again hears
it at the same place. An update is stored only when it was answered (docs/develop/decisions/0013-signals.md).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
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

from engine.client.calls import CEILING, within
from engine.client.queries import ask_running
from engine.client.rotations import SILENT
from engine.fault import EngineFault, MoveRefused, NoAnswer, NotRunning, NotTakenUp, PayloadUnsigned
from engine.ids import rotation_workflow
from rotation.finding import Finding
from rotation.running.message import (
    HEARD_QUERY,
    REQUEST_ID_REUSED,
    WITHDRAW_SIGNAL,
    Heard,
    Inquiry,
    Message,
    MessageProgress,
    Reply,
    Withdrawal,
)
from rotation.values import SiteId

TIMEOUT = timedelta(seconds=30)
"""How long to wait for a reply. Claiming a replacement surveys the site first, which may take longer."""

BUSY_AFTER = timedelta(seconds=5)
"""How long a message may wait to be taken up: a rotation that is at work on something else says so then."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(milliseconds=10), timedelta(milliseconds=500)
_PASSING = frozenset({RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.DEADLINE_EXCEEDED})
"""A new history that no worker has taken up yet, or a worker that is at work."""

Handle = WorkflowHandle[Any, Any]


async def send(
    client: Client,
    site_id: SiteId,
    message: Message,
    *,
    longest: timedelta = TIMEOUT,
    confirm: Callable[[], Awaitable[None]] | None = None,
) -> Reply | None:
    """Send a message to the rotation of a site and wait for its reply; None while the rotation is at work on it.

    1. ask whether it was answered before, or would be refused: then nothing is sent; nor where `confirm` raises, which
       says that the rotation is as the sender has read it: what comes between that and the message has it refused
    2. send it: from here on it is heard, whichever process dies
    3. ask until it is answered
    4. when it is not taken up soon, or not answered in time, withdraw it: what is not taken up by then has no effect

    The order in which Temporal hears the message and its withdrawal decides, and no clock: those of the API and of
    Temporal may differ. The request id makes it once: the very same message sent again brings the first reply.

    Raises:
        MoveRefused: when the rotation may not do that now, or the request id is another message's; it left no trace.
        NotRunning: when the site has no running rotation.
        NotTakenUp: when the rotation was busy; the message is withdrawn.
        NoAnswer: when no worker answers. `sent_as` tells whether the message may have been heard.
        TemporalDown: when Temporal cannot be reached. `sent_as` tells the same.
    """
    handle: Handle = client.get_workflow_handle(rotation_workflow(site_id))
    try:
        async with within(CEILING, silence=SILENT):
            reply, message = await known(handle, message)
        if reply is None and confirm is not None:
            await confirm()
            message = message.model_copy(update={"unless_overtaken": True})
        if reply is None:
            reply = await _send(handle, message, longest)
    except WorkflowQueryRejectedError as error:
        raise NotRunning(site_id) from error
    except WorkflowQueryFailedError as error:
        raise NoAnswer(f"the rotation cannot report which messages it received: {error}") from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotRunning(site_id) from error
        raise
    return reply


async def known(handle: Handle, message: Message) -> tuple[Reply | None, Message]:
    """The reply, where it was answered before; and the message with the ticket that it needs if it is sent now.

    Raises:
        MoveRefused: when the rotation may not do that now, or the request id is another message's; it left no trace.
        WorkflowQueryRejectedError: when the rotation has ended without a reply to it.
    """
    heard = await _heard(handle, message)
    if heard.refusal is not None:
        raise _refused(heard.refusal)
    return heard.reply, message.model_copy(update={"ticket": heard.ticket})


async def _send(handle: Handle, message: Message, longest: timedelta) -> Reply | None:
    """Send it, wait for its reply, withdraw it when that takes too long. From here on it may have been heard."""
    try:
        async with within(CEILING, silence=SILENT):
            await handle.signal(message.move.value, message)
        with suppress(NoAnswer):
            async with within(longest, silence=SILENT):
                return await answer(handle, message, busy_after=BUSY_AFTER)
        async with within(CEILING, silence=SILENT):
            with _unless_ended():
                await handle.signal(WITHDRAW_SIGNAL, Withdrawal(message=message))
            last = await _heard(handle, message)
    except EngineFault as fault:
        fault.sent_as = message.request_id
        raise
    if last.progress is MessageProgress.UNKNOWN:
        raise NotTakenUp(last.busy_with)
    return last.reply


@contextmanager
def _unless_ended() -> Iterator[None]:
    """Pass over a rotation that has ended, perhaps by the message that is to be withdrawn: its last state shows it."""
    try:
        yield
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def say(handle: Handle, message: Message) -> Reply | None:
    """Send it, where it is not known yet, and do not wait. The reply, where it was answered before.

    Raises:
        MoveRefused: when the rotation may not do that now, or the request id is another message's; it left no trace.
        WorkflowQueryRejectedError: when the rotation has ended without a reply to it.
    """
    reply, message = await known(handle, message)
    if reply is None:
        await handle.signal(message.move.value, message)
    return reply


async def answer(handle: Handle, message: Message, *, busy_after: timedelta | None = None) -> Reply:
    """The reply to a message, however long it takes.

    Raises:
        NoAnswer: when the rotation has had it for `busy_after`, and has not taken it up.
        MoveRefused: when another message came first under its request id.
        WorkflowQueryRejectedError: when the rotation has ended without a reply to it.
    """
    pause, began = _FIRST_PAUSE, asyncio.get_running_loop().time()
    while True:
        try:
            heard = await _heard(handle, message)
        except RPCError as error:
            if error.status not in _PASSING:
                raise
        else:
            if heard.refusal is not None and heard.refusal.code == REQUEST_ID_REUSED:
                raise _refused(heard.refusal)
            if heard.reply is not None:
                return heard.reply
            waited = asyncio.get_running_loop().time() - began
            if (
                busy_after is not None
                and heard.progress is MessageProgress.WAITING
                and waited > busy_after.total_seconds()
            ):
                raise NoAnswer(f"the rotation is busy: {heard.busy_with}")
        await asyncio.sleep(pause.total_seconds())
        pause = min(pause * 2, _LONGEST_PAUSE)


def _refused(finding: Finding) -> MoveRefused:
    return MoveRefused(finding.code, finding.message, finding.remedy)


async def _heard(handle: Handle, message: Message) -> Heard:
    try:
        heard = await ask_running(handle, HEARD_QUERY, Heard, Inquiry(message=message))
    except WorkflowQueryRejectedError as error:
        if error.status is not WorkflowExecutionStatus.COMPLETED:
            raise
        heard = await _last_words(handle, message)
        if heard.reply is None:
            raise
    if heard.request_id != message.request_id:
        raise PayloadUnsigned(f"the answer about message {message.request_id} is about {heard.request_id or 'none'}")
    return heard


async def _last_words(handle: Handle, message: Message) -> Heard:
    """What a rotation that has come to its end had replied."""
    async with within(CEILING, silence=SILENT):
        last: Heard = await handle.query(HEARD_QUERY, Inquiry(message=message), result_type=Heard, rpc_timeout=CEILING)
    return last
