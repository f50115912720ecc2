"""A rotation under Temporal's time skipping: real workflow, real activities, the emulator on Temporal's own clock."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import SecretStr
from temporalio.client import Client, WorkflowHandle, WorkflowQueryRejectedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from activities.registry import all_activities
from certificates.new_certificate import make_self_signed
from emulator.simulation import Simulation
from engine.client.queries import ask_running
from engine.client.updates import answer, say
from engine.contract import ROTATE_WORKFLOW, STATE_QUERY, RotateInput, RotateResult
from engine.fault import MoveRefused, NoAnswer
from rotation.plan.plan import Plan
from rotation.plan.request import PlanRequest, Unproven
from rotation.plan.work.task import (
    ConsoleTask,
    TaskState,
)
from rotation.running.attention import Attention
from rotation.running.message import Message, Move, Reply
from rotation.running.question import ANSWERS
from rotation.running.state import RotationState
from rotation.site import Limits, ListEntry, Protocol, Server, ServerList, Site
from rotation.values import CertificateId, Fingerprint, ListName, RotationId, ServerName, SiteId
from sepm.access import Access, RequestLimits
from sepm.rest.client import SepmClient
from service.plans.planning import plan_from_survey
from service.surveying import survey_site
from service.world import World
from store.progress import NewRotation
from store.rotation.events import Event
from store.site.access import SiteConnection
from store.store import Store
from tests.quick import QUICK
from tests.workflows.serving import serving
from tests.workflows.surroundings import Hands, Line, SimulatedProbe, SkippedClock
from workflows.rotate_site import RotateSite

SITE = SiteId("site")
_REST = 8446
"""Where REST answers, at the first server only."""
REAL_LIMIT = 120
"""Seconds of real time within which what is waited for must come."""

_LATE = frozenset({RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED})
"""A worker that has just begun, or is at work."""

Handle = WorkflowHandle[object, RotateResult]


def where(state: RotationState) -> str:
    """Where a rotation is, for the reader of a failed test."""
    return f"{state.step.title if state.step else 'the end'}: {state.attention}, {state.task}, {state.wait}"


@dataclass
class Stage:
    """Everything of one skipped rotation."""

    client: Client
    store: Store
    simulation: Simulation
    clock: SkippedClock
    task_queue: str = field(default_factory=lambda: f"queue-{uuid4().hex}")
    handles: list[Handle] = field(default_factory=list)
    ended: bool = False

    def __post_init__(self) -> None:
        self.line = Line(self.simulation, self.clock)
        self.hands = Hands(self.simulation, self.store)

    @property
    def world(self) -> World:
        """The activities' world: SEPM over ASGI, the simulated probe, Temporal's time."""

        def connect(site: Site, connection: SiteConnection) -> SepmClient:
            access = Access(
                site=site.name, url=connection.rest_url, username=connection.username, password=connection.password
            )
            return SepmClient(access, transport=self.line, clock=self.clock, limits=RequestLimits(read_retries=0))

        return World(
            store=self.store,
            clock=self.clock,
            connect=connect,
            probe=SimulatedProbe(self.simulation, self.clock),
            sleep=self.clock.sleep,
        )

    async def register(self, limits: Limits = QUICK) -> None:
        """Store the site as the emulator has it, and a certificate for each server."""
        emulated_site = self.simulation.site
        first = emulated_site.first_server
        site = Site(
            id=SITE,
            name=self.simulation.spec.name,
            servers=tuple(
                Server(name=ServerName(s.name), address=s.address, rest_port=_REST if s is first else None)
                for s in emulated_site.servers.values()
            ),
            lists=tuple(
                ServerList(
                    name=ListName(known.name),
                    protocol=Protocol(known.protocol),
                    priorities=tuple(
                        tuple(ListEntry(server=ServerName(e.server_name), address=e.address) for e in pool)
                        for pool in known.priorities
                    ),
                )
                for known in emulated_site.server_lists.values()
            ),
            limits=limits,
        )
        connection = SiteConnection(
            rest_url=f"https://{first.address}:{_REST}",
            username=self.simulation.spec.administrator,
            password=SecretStr(self.simulation.spec.password),
            fingerprints=frozenset({Fingerprint("0" * 64)}),
        )
        await self.store.sites.add(site, connection, self.clock())
        for server in site.servers:
            made = make_self_signed(
                (server.name, server.address),
                identity=CertificateId(f"cert-{server.name}"),
                now=self.clock(),
                valid_for=timedelta(days=3650),
            )
            key = made.key_pem.get_secret_value().encode() if made.key_pem else None
            await self.store.certificates.add(made.facts, made.certificate_pem, made.chain_pem, key, self.clock())

    async def plan(self, request: PlanRequest | None = None) -> Plan:
        """Survey and plan: by default every server, unproven failover approved."""
        surveyed = await survey_site(self.world, SITE)
        site = await self.store.sites.get(SITE)
        certificates = {server.name: CertificateId(f"cert-{server.name}") for server in site.servers}
        request = request or PlanRequest(
            certificates=certificates, unproven_failover=Unproven.APPROVE, trusted_networks=("10.0.0.0/16",)
        )
        plan = await plan_from_survey(self.store, SITE, surveyed.survey_id, request, now=self.clock())
        await self.store.plans.add(plan)
        return plan

    async def start(self, plan: Plan) -> Handle:
        """Start the rotation of `plan`."""
        self.rotation_id = RotationId(f"rot-{uuid4().hex[:8]}")
        new = NewRotation(id=self.rotation_id, site_id=SITE, plan_id=plan.id, plan_hash=plan.hash, started_by="ann")
        await self.store.rotations.create(new, self.clock())
        begin = RotateInput(
            rotation_id=self.rotation_id,
            site_id=SITE,
            site_name=self.simulation.spec.name,
            plan_id=plan.id,
            plan_hash=plan.hash,
            purpose=plan.body.purpose,
        )
        handle: Handle = await self.client.start_workflow(
            ROTATE_WORKFLOW, begin, id=f"rotate/{uuid4().hex}", task_queue=self.task_queue, result_type=RotateResult
        )
        self.handles.append(handle)
        return handle

    @asynccontextmanager
    async def running(self, plan: Plan | None = None, leaving: Collection[str] = ()) -> AsyncIterator[Handle]:
        """A rotation with its worker and a person at the console, who leaves some kinds of work alone."""
        async with self.working():
            handle = await self.start(plan or await self.plan())
            async with self.attended(handle, leaving):
                yield handle

    async def rotate(self, plan: Plan | None = None) -> RotateResult:
        """Run a whole rotation."""
        async with self.running(plan) as handle:
            return await self.end(handle)

    async def end(self, handle: Handle) -> RotateResult:
        """How the rotation ends."""
        try:
            async with asyncio.timeout(REAL_LIMIT):
                return await handle.result()
        except TimeoutError:
            pytest.fail(f"it did not end by {self.clock.latest}; it is at {where(await self.state(handle))}")

    def worker(self) -> Worker:
        """A worker that knows nothing yet of what was begun."""
        return Worker(
            self.client,
            task_queue=self.task_queue,
            workflows=[RotateSite],
            activities=all_activities(self.store, self.world),
        )

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A worker that serves the rotation."""
        async with serving(self.worker()):
            try:
                yield
            finally:
                for handle in self.handles:
                    with suppress(RPCError):  # it has ended
                        await handle.terminate()

    @asynccontextmanager
    async def attended(self, handle: Handle, leaving: Collection[str] = ()) -> AsyncIterator[None]:
        """A person who does every console task but those of the kinds in `leaving`."""
        async with asyncio.TaskGroup() as group:
            self.ended = False
            group.create_task(self._attend(handle, leaving))
            try:
                yield
            finally:
                self.ended = True

    async def _attend(self, handle: Handle, leaving: Collection[str]) -> None:
        while not self.ended:
            # a claim whose answer was cut off may have been granted: it is made again
            for task in await self.store.tasks.list([TaskState.OPEN, TaskState.CLAIMED]):
                if task.work.kind not in leaving and task.claimed_by in {"", "bob"}:
                    # it is closed by now, or all has ended; or no worker has answered in time, and it is sent again
                    with suppress(MoveRefused, NoAnswer, WorkflowQueryRejectedError, RPCError):
                        await self.do(handle, task)
            await asyncio.sleep(0.15)

    async def do(self, handle: Handle, task: ConsoleTask, who: str = "bob") -> None:
        """Claim a task, do it and say so."""
        if (await self.say(handle, Move.CLAIM_TASK, who=who, task=task)).accepted:
            await self.hands.do(task.work)
            await self.say(handle, Move.TASK_DONE, who=who, task=task, attestation=self.hands.evidence(task.work))

    async def say(
        self,
        handle: Handle,
        move: Move,
        *,
        who: str = "bob",
        why: str = "",
        task: ConsoleTask | None = None,
        attestation: dict[str, str] | None = None,
        by: timedelta | None = None,
        question: str | None = None,
    ) -> Reply:
        """Send a message to the rotation; an answer names the first question that it fits, where none is given."""
        if question is None and move in ANSWERS:
            shown = (await self.state(handle)).attention
            question = next((each.question for each in shown if move in each.options), "")
        message = Message(
            move=move,
            rotation_id=self.rotation_id,
            who=who,
            identity=who,
            why=why,
            request_id=uuid4().hex,
            question=question or "",
            task_id=task.id if task else None,
            attestation=attestation or {},
            by=by,
        )
        async with asyncio.timeout(REAL_LIMIT):
            while True:
                try:
                    return await say(handle, message) or await answer(handle, message)
                except RPCError as error:
                    if error.status not in _LATE:
                        raise  # else it is sent once more, by the same id

    async def state(self, handle: Handle) -> RotationState:
        """The whole state of the rotation."""
        while True:
            try:
                state = await ask_running(handle, STATE_QUERY, RotationState)
            except RPCError as error:
                if error.status not in {RPCStatusCode.FAILED_PRECONDITION, *_LATE}:  # or a new history begins
                    raise
                await asyncio.sleep(0.01)
            else:
                return state

    async def until(self, handle: Handle, ready: Callable[[RotationState], object]) -> RotationState:
        """The state as soon as it is so."""
        seen = await self.state(handle)
        try:
            async with asyncio.timeout(REAL_LIMIT):
                while not ready(seen):
                    await asyncio.sleep(0.02)
                    seen = await self.state(handle)
        except TimeoutError:
            pytest.fail(f"it did not come to that by {self.clock.latest}; it is at {where(seen)}")
        return seen

    async def attention(self, handle: Handle, code: str) -> Attention:
        """The attention of that code, when it is raised."""
        state = await self.until(handle, lambda state: any(each.code == code for each in state.attention))
        return next(each for each in state.attention if each.code == code)

    async def task(self, handle: Handle, kind: str) -> ConsoleTask:
        """The task of that kind, when the rotation waits for it."""
        while True:
            state = await self.until(handle, lambda state: state.task)
            if state.task and (task := await self.store.tasks.get(state.task.id)).work.kind == kind:
                return task

    def settings(self) -> dict[tuple[str, str], tuple[str, bool]]:
        """The list and the secure communications of every pair, as the site has them."""
        site = self.simulation.site
        return {
            (group.path, location.name): (site.server_lists[each.server_list].name, each.secure_communications)
            for group, location, each in site.pairs()
        }

    def lost(self) -> list[str]:
        """The clients that have ever lost the site, by the emulator's own verdict."""
        return [f"{client.name}: {client.why}" for client in self.simulation.verdict().lost_ever]

    async def story(self) -> list[Event]:
        """The events of the newest rotation, after a look at the chain."""
        await self.store.events.verify_chain(self.rotation_id)
        events: list[Event] = []
        while more := await self.store.events.list(self.rotation_id, after=len(events)):
            events.extend(more)
        return events
