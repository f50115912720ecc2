"""Playing the rotation of a big site on a real Temporal that skips time, and measuring it."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from engine.contract import STATE_QUERY
from rotation.running.state import RotationState
from rotation.values import Value
from sepm.rest.line import Answer
from simulation.played.recorded_output import RecordedOutput
from simulation.played.run import play
from store.settings import StoreSettings
from store.store import Store
from tests.big import histories
from tests.big.site import scenario
from tests.big.size import Size
from tests.proof.temporal.durable import through_temporal
from tests.proof.temporal.skipping import skipping_server

_HISTORY = "limit.historyCount.suggestContinueAsNew={}"
_TURN = 0.02
_ASKED_EVERY = 2.0
"""Seconds between two queries."""


class Asked(Value):
    """One activity."""

    name: str
    step: str
    seconds: float
    blocked: float
    """The longest time, in seconds, in which nothing else had its turn: no beat of an activity, no workflow task."""
    requests: int
    """To SEPM."""


class Measured(Value):
    """What one rotation has cost."""

    outcome: str
    lost: int
    left_out: int
    activities: tuple[Asked, ...]
    queries: int
    state_bytes: int
    """Of the largest answer to a query."""
    unanswered: int
    """Queries to which no worker answered in time."""
    histories: int
    begun_in_a_gate: int
    """Those that began while a gate was waited for."""
    start_bytes: int
    payload_bytes: int
    payload_kind: str
    reading_events: tuple[int, ...]
    seconds: float


class Counting(RecordedOutput):
    """Counts the requests to SEPM."""

    requests = 0

    def hear_tokens(self, response: Answer) -> None:  # noqa: ARG002 - what it says does not matter
        """Count one more."""
        self.requests += 1


class Watching(Interceptor):
    """Measures every activity."""

    def __init__(self, counting: Counting) -> None:
        self.counting = counting
        self.asked: list[Asked] = []
        self.blocked = 0.0

    async def feel(self) -> None:
        """Keep the longest time in which the event loop gave no other task its turn."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(_TURN)
            self.blocked = max(self.blocked, time.monotonic() - before - _TURN)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Measure each activity from the outside."""
        return _Watched(next, self)


class _Watched(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, watching: Watching) -> None:
        super().__init__(following)
        self._watching = watching

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        watching, began, before = self._watching, time.monotonic(), self._watching.counting.requests
        watching.blocked = 0.0
        try:
            return await super().execute_activity(input)
        finally:
            ref = getattr(input.args[0], "ref", None) if input.args else None
            await asyncio.sleep(2 * _TURN)
            asked = Asked(
                name=activity.info().activity_type,
                step=ref.step if ref is not None else "",
                seconds=time.monotonic() - began,
                blocked=watching.blocked,
                requests=watching.counting.requests - before,
            )
            watching.asked.append(asked)


async def measured(size: Size, *, cancelled: bool, suggested_after: int) -> Measured:
    """Play one rotation, with a store on disk, and measure it. A new history is suggested after so many events."""
    with TemporaryDirectory() as folder:
        return await _measured(size, folder, cancelled=cancelled, suggested_after=suggested_after)


async def _measured(size: Size, folder: str, *, cancelled: bool, suggested_after: int) -> Measured:
    began = time.monotonic()
    counting = Counting()
    watching = Watching(counting)
    store = await Store.open(StoreSettings(folder=Path(folder)))
    async with skipping_server(_HISTORY.format(suggested_after)) as env:
        asking, feeling = asyncio.create_task(_ask(env.client)), asyncio.create_task(watching.feel())
        run = through_temporal(env.client, watching)
        facts = await play(scenario(size, cancelled=cancelled), run, counting, store=store)
        feeling.cancel()
        asking.cancel()
        sizes, unanswered = await asking
        found = await histories.histories(env.client)
    largest = max(histories.largest(each) for each in found)
    resumed = histories.resumed(found)
    return Measured(
        outcome=str(facts.outcome) if facts.outcome else facts.unfinished or str(facts.refused),
        lost=len(facts.lost),
        left_out=len(facts.plan.body.left_out) if facts.plan else 0,
        activities=tuple(watching.asked),
        queries=len(sizes),
        state_bytes=max((*sizes, *(len(each.model_dump_json()) for each in resumed)), default=0),
        unanswered=unanswered,
        histories=len(found),
        begun_in_a_gate=sum(each.wait is not None for each in resumed),
        start_bytes=histories.start_bytes(found[0]),
        payload_bytes=largest[0],
        payload_kind=largest[1],
        reading_events=tuple(count for each in found for count in histories.of_readings(each)),
        seconds=time.monotonic() - began,
    )


async def _ask(client: Client) -> tuple[list[int], int]:
    """Ask for the state of the rotation again and again, until it is enough: the sizes of the answers."""
    sizes, unanswered = list[int](), 0
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(_ASKED_EVERY)
            running = [each async for each in client.list_workflows("ExecutionStatus = 'Running'")]
            for each in running:
                try:
                    state = await client.get_workflow_handle(each.id).query(STATE_QUERY, result_type=RotationState)
                except RPCError:
                    unanswered += 1
                else:
                    sizes.append(len(state.model_dump_json()))
    return sizes, unanswered
