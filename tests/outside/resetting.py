"""Rotations that are reset in Temporal, to a drawn workflow task before: the run that comes of it may do nothing."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import TerminatedError
from temporalio.service import RPCError
from temporalio.worker import Interceptor

from api.standing.reconciler import EVERY
from emulator.state.effects import Actor
from engine.client.runs import newest_run
from rotation.running.state import RotationState
from rotation.standing.records import Recorded, Service
from rotation.standing.rules import of_rotation
from rotation.standing.trouble import TroubleCode
from rotation.values import RotationId
from simulation.played.stage import Stage
from store.schema.tables import EventRow
from store.trail.site_trail import TrailKind
from tests.outside.cancelling import NOTICED_WITHIN
from tests.proof.temporal.durable import set_back, through_temporal
from tests.terminating.ending import TERMINATED, Passing, Run
from tests.terminating.passages import Watch

_NOTICED = frozenset({TroubleCode.RESET_OUTSIDE, TroubleCode.ENDED_OUTSIDE})
"""Reset to before it was admitted, a rotation asks again, is refused, and ends."""
_LIVES_ON = timedelta(seconds=30)
"""How long a run that was reset is watched at most until it asks for something."""
_TASK_COMPLETED = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED


class Reset:
    """Sets a rotation back at a passage, and looks at what comes of it before its worker ends."""

    def __init__(self, client: Client, stage: Stage, rotation_id: RotationId, watch: Watch) -> None:
        self._client, self._stage, self._rotation_id, self._watch = client, stage, rotation_id, watch
        self._chance = Random(f"{watch.ends_at}")
        self._made = asyncio.Event()
        self._workflow_id = self._run_id = ""
        self._begun, self._since = False, 0.0
        self.problems: list[str] = []
        self.found: TroubleCode | None = None

    def interceptor(self, _state: Callable[[], RotationState | None]) -> Interceptor:
        """What counts the passages."""
        return Passing(self._watch, self._set_back)

    async def waits_for(self, ending: asyncio.Future[Any]) -> None:
        """Until the rotation has ended; where it was reset, until that was noticed, and it was terminated."""
        made = asyncio.ensure_future(self._made.wait())
        await asyncio.wait({ending, made}, return_when=asyncio.FIRST_COMPLETED)
        made.cancel()
        if self._begun:  # the answer may come behind the end of the run before
            await self._made.wait()
            await self._follow()

    async def _set_back(self, info: activity.Info) -> None:
        self._workflow_id = str(info.workflow_id)
        handle = self._client.get_workflow_handle(self._workflow_id, run_id=info.workflow_run_id)
        done = [event.event_id for event in (await handle.fetch_history()).events if _ends_a_task(event.event_type)]
        place = self._chance.choice(done)
        set_back(self._workflow_id, str(info.workflow_run_id), place)
        self._begun, self._since = True, time.monotonic()
        answer = await self._client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=self._client.namespace, workflow_execution=WorkflowExecution(workflow_id=self._workflow_id),
                workflow_task_finish_event_id=place, request_id=uuid4().hex, reason="a sweep",
            )
        )  # fmt: skip
        self._run_id = answer.run_id
        self._made.set()

    async def _follow(self) -> None:
        """See it noticed, have it ask for something, end it as the remedy says."""
        before = await self._done()
        late = self._since + NOTICED_WITHIN.total_seconds()
        while self.found is None and time.monotonic() < late:
            self.found = await self._trouble()
            await asyncio.sleep(0.05)
        noticed = timedelta(seconds=time.monotonic() - self._since) + EVERY
        if self.found is None or noticed > NOTICED_WITHIN:
            self.problems.append(f"it was noticed after {noticed}, as {self.found}")
        until = time.monotonic() + _LIVES_ON.total_seconds()
        while time.monotonic() < until and not await self._has_asked():  # noqa: ASYNC110 - it lies in Temporal
            await asyncio.sleep(0.05)
        if (after := await self._done()) != before:
            self.problems.append(f"set back, it went on: {before} was done, and then {after}")
        with suppress(RPCError):  # it has ended by itself
            await self._client.get_workflow_handle(self._workflow_id).terminate("as the remedy says")

    async def _trouble(self) -> TroubleCode | None:
        """What the reconciler finds when it looks now."""
        kept = await self._stage.store.rotations.get(self._rotation_id)
        recorded = Recorded(
            rotation_id=kept.id,
            site_id=kept.site_id,
            status=kept.status.value,
            unreported=kept.unreported,
            last_event=kept.last_event,
        )
        run, now = await newest_run(self._client, self._workflow_id), self._stage.clock.now()
        service = Service(now=now, task_queue="q", address="a", namespace="n", polled_at=now)
        trouble = of_rotation(recorded, run, service)
        return trouble.code if trouble is not None and trouble.code in _NOTICED else None

    async def _has_asked(self) -> bool:
        """Whether the run has ended, or has asked for something that was refused."""
        run = await newest_run(self._client, self._workflow_id)
        if run is None or not run.status.is_open:
            return True
        trail = await self._stage.store.trail.list(self._stage.site.id)
        return any(each.kind == TrailKind.ACTIVITY_REFUSED for each in trail)

    async def _done(self) -> tuple[int, int, int]:
        """How much the new run has reported, and the rotation has written and had SEPM do.

        The run before may report on from the workflow task in which it was reset: it was admitted.
        """
        store = self._stage.store
        of_run = select(func.count()).where(EventRow.key.startswith(f"{self._run_id}/"))
        async with store.database.read() as session:
            reported = await session.scalar(of_run) or 0
        effects = [each for each in self._stage.simulation.effects.journal if each.actor is Actor.PRODUCT]
        return reported, len(await store.writes.written(self._rotation_id)), len(effects)


def reset_on_temporal(client: Client, found: Counter[str]) -> Run:
    """Runs rotations on the server of `client`, and resets one at a passage; then it is terminated.

    In `found` is counted as what each was found.
    """

    async def run(stage: Stage, state: RotationState, watch: Watch) -> str:
        reset = Reset(client, stage, state.rotation_id, watch)
        try:
            unfinished, _ = await through_temporal(client, cut=reset)(stage, state)
        except WorkflowFailureError as failure:
            if not isinstance(failure.cause, TerminatedError):
                raise
            found[str(reset.found)] += 1
            return "; ".join(reset.problems) or TERMINATED
        return unfinished

    return run


def _ends_a_task(kind: int) -> bool:
    return kind == _TASK_COMPLETED
