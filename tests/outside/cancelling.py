"""Rotations that are cancelled in Temporal: in this process, or on the real Temporal by its own Cancel."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.client import Client

from rotation.running.message import Message, Move
from rotation.running.state import RotationState
from simulation.played.host import HorizonReachedError, StuckError
from simulation.played.stage import Stage
from tests.proof.temporal.durable import through_temporal
from tests.terminating.ending import CANCELLED, Passing, Run, WatchedHost
from tests.terminating.passages import Watch
from workflows.run import run_rotation

NOTICED_WITHIN = timedelta(minutes=1)
_UI = "the Temporal UI"
_REFUSED = "cancel-refused"


class CancellingHost(WatchedHost):
    """Simulated time in which Temporal asks the rotation to be cancelled at a passage, as `TemporalHost` hears it."""

    asked_at: datetime | None = None
    taken_at: datetime | None = None

    def _happens(self) -> None:
        self.asked_at = self.now()

    @property
    def _cancel_pending(self) -> bool:
        return self.asked_at is not None and self.taken_at is None

    async def wait(self, ready: Callable[[], bool], *, until: datetime | None, summary: str) -> None:
        """As ever; a cancel ends it and is kept for the loop to read."""
        await super().wait(lambda: ready() or self._cancel_pending, until=until, summary=summary)

    def take_cancel(self) -> Message | None:
        """The cancel, once."""
        if not self._cancel_pending or self._running is None:
            return None
        self.taken_at = self.now()
        return Message(
            move=Move.CANCEL,
            rotation_id=self._running.state.rotation_id,
            who=_UI,
            why="cancelled with the button of the Temporal UI",
            request_id="ui-cancel",
        )


async def cancelled_in_process(stage: Stage, state: RotationState, watch: Watch) -> str:
    """Run a rotation in this coroutine, with a cancel at a passage; it ends by itself."""
    host = CancellingHost(stage, watch)
    try:
        await run_rotation(host.run(state))
    except (HorizonReachedError, StuckError) as end:
        return f"{type(end).__name__}: {end}"
    if host.asked_at is None:
        return ""
    if host.taken_at is not None and host.taken_at - host.asked_at > NOTICED_WITHIN:
        return f"the cancel was taken up after {host.taken_at - host.asked_at}"
    return CANCELLED


def cancelled_on_temporal(client: Client) -> Run:
    """Runs rotations on the server of `client`, with its own Cancel at a passage."""

    async def run(stage: Stage, state: RotationState, watch: Watch) -> str:
        asked_at: list[datetime] = []

        async def cancel(info: activity.Info) -> None:
            asked_at.append(stage.clock.now())
            await client.get_workflow_handle(str(info.workflow_id)).cancel()

        unfinished, ended = await through_temporal(client, Passing(watch, cancel))(stage, state)
        if unfinished or not asked_at:
            return unfinished
        return await _late(stage, ended, asked_at[0]) or CANCELLED

    return run


async def _late(stage: Stage, ended: RotationState, asked_at: datetime) -> str:
    """Why it was not noticed within a minute; empty: it was, or the rotation had ended by then."""
    heard = [
        event.at
        for event in await stage.store.events.list(ended.rotation_id, limit=10_000)
        if event.kind == "message" and _UI in event.message
    ]
    if heard:
        return "" if heard[0] - asked_at <= NOTICED_WITHIN else f"the cancel was taken up after {heard[0] - asked_at}"
    last = (await stage.store.rotations.get(ended.rotation_id)).finished_at
    shown = _REFUSED in stage.people.shown or (last is not None and last - asked_at <= NOTICED_WITHIN)
    return "" if shown else "the cancel was not taken up"
