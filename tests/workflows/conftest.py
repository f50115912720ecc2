"""A rotation under Temporal's time skipping: real workflow, real activities, the emulator on Temporal's own clock."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

import emulator.spec
from activities.planning import plan_from_survey
from activities.registry import all_activities
from activities.surveying import Surveying
from activities.world import World
from emulator.keyfiles import CertificateFormat
from emulator.rest.app import rest_app
from emulator.rest.service import RestService
from emulator.simulation import Simulation
from emulator.spec import SiteSpec
from engine import search_attributes
from engine.contract import ROTATE_WORKFLOW, RotateInput, RotateResult, SurveyRequest
from engine.embedded import find_binary
from engine.plugin import RotatorPlugin
from engine.settings import TemporalSettings
from rotation.message import Message, Move, Reply
from rotation.plan import Plan, PlanRequest, Unproven
from rotation.site import Limits, ListEntry, Protocol, Server, ServerList, Site
from rotation.state import RotationState
from rotation.survey import ServedCertificate
from rotation.task import ConsoleTask, CopyList, DeleteList, ReplaceCertificate, TaskState
from rotation.values import CertificateId, Fingerprint, ListName, RotationId, ServerName, SiteId
from sepm.access import Access
from sepm.client import SepmClient
from sepm.new_certificate import make_self_signed
from sepm.probe import HttpAnswer
from store.progress import NewRotation
from store.settings import StoreSettings
from store.sites import SiteConnection
from store.store import Store
from workflows.rotate_site import RotateSite

SITE = SiteId("site")


@dataclass
class SkippedClock:
    """The server's own time of the activity that runs: it leaps when Temporal skips."""

    latest: datetime

    def __call__(self) -> datetime:
        """The time now."""
        if activity.in_activity():
            self.latest = max(self.latest, activity.info().started_time)
        return self.latest


@dataclass
class SimulatedProbe:
    """Sees what the simulated servers present."""

    simulation: Simulation
    clock: SkippedClock

    async def probe(self, server: Server) -> ServedCertificate:
        """The certificate of the server's client port now."""
        now = self.clock()
        self.simulation.advance_to(now)
        emulated_server = self.simulation.site.server(server.name)
        if not emulated_server.up:
            return ServedCertificate(server=server.name, fingerprint=None, observed_at=now, error="connection refused")
        credential = emulated_server.credential
        return ServedCertificate(
            server=server.name,
            fingerprint=Fingerprint(credential.fingerprint),
            not_after=credential.certificate.not_valid_after_utc,
            observed_at=now,
        )

    async def probe_http(self, server: Server) -> HttpAnswer:
        """Whether the HTTP port answers."""
        now = self.clock()
        up = self.simulation.site.server(server.name).up
        return HttpAnswer(server=server.name, answers=up, asked_at=now, answered_at=now)

    async def probe_https_clock(self, server: Server) -> HttpAnswer:
        """As over HTTP."""
        return await self.probe_http(server)


@dataclass
class Stage:
    """Everything of one skipped rotation."""

    client: Client
    store: Store
    simulation: Simulation
    clock: SkippedClock
    task_queue: str = field(default_factory=lambda: f"queue-{uuid4().hex}")

    @property
    def world(self) -> World:
        """The activities' world: SEPM over ASGI, the simulated probe, Temporal's time."""
        service = RestService(simulation=self.simulation, clock=self.clock, start=self.clock.latest)
        transport = httpx.ASGITransport(rest_app(service))

        def connect(site: Site, connection: SiteConnection) -> SepmClient:
            access = Access(
                site=site.name, url=connection.rest_url, username=connection.username, password=connection.password
            )
            return SepmClient(access, transport=transport)

        async def leap(duration: timedelta) -> None:
            self.clock.latest += duration
            await asyncio.sleep(0)

        return World(
            store=self.store,
            clock=self.clock,
            connect=connect,
            probe=SimulatedProbe(self.simulation, self.clock),
            sleep=leap,
        )

    async def register(self, limits: Limits) -> None:
        """Store the site as the emulator has it, and a certificate for each server."""
        emulated_site = self.simulation.site
        site = Site(
            id=SITE,
            name=self.simulation.spec.name,
            servers=tuple(Server(name=ServerName(s.name), address=s.address) for s in emulated_site.servers.values()),
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
            rest_url="https://sepm.invalid:8446",
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
        surveyed = await Surveying(self.world).survey_site(SurveyRequest(site_id=SITE))
        site = await self.store.sites.get(SITE)
        request = request or PlanRequest(
            certificates={server.name: CertificateId(f"cert-{server.name}") for server in site.servers},
            unproven_failover=Unproven.APPROVE,
        )
        plan = await plan_from_survey(self.store, SITE, surveyed.survey_id, request, now=self.clock())
        await self.store.plans.add(plan)
        return plan

    async def start(self, plan: Plan) -> WorkflowHandle[object, RotateResult]:
        """Start the rotation of `plan`."""
        rotation_id = RotationId(f"rot-{uuid4().hex[:8]}")
        new = NewRotation(id=rotation_id, site_id=SITE, plan_id=plan.id, plan_hash=plan.hash, started_by="ann")
        await self.store.rotations.create(new, self.clock())
        begin = RotateInput(
            rotation_id=rotation_id,
            site_id=SITE,
            site_name=self.simulation.spec.name,
            plan_id=plan.id,
            plan_hash=plan.hash,
            body=plan.body,
        )
        return await self.client.start_workflow(
            ROTATE_WORKFLOW, begin, id=f"rotate/{uuid4().hex}", task_queue=self.task_queue, result_type=RotateResult
        )

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A worker that serves the rotation."""
        async with Worker(
            self.client,
            task_queue=self.task_queue,
            workflows=[RotateSite],
            activities=all_activities(self.store, self.world),
        ):
            yield

    @asynccontextmanager
    async def attended(self, handle: WorkflowHandle[object, RotateResult]) -> AsyncIterator[None]:
        """A person who does every console task."""
        attending = asyncio.create_task(self._attend(handle))
        try:
            yield
        finally:
            attending.cancel()
            with suppress(asyncio.CancelledError):
                await attending

    async def _attend(self, handle: WorkflowHandle[object, RotateResult]) -> None:
        while True:
            for task in await self.store.tasks.list([TaskState.OPEN]):
                if (await self.say(handle, Move.CLAIM_TASK, task=task)).accepted:
                    await self.act(task)
                    await self.say(handle, Move.TASK_DONE, task=task, attestation={"by": "console"})
            await asyncio.sleep(0.01)

    async def act(self, task: ConsoleTask) -> None:
        """Do at the console what the task asks."""
        console = self.simulation.console
        match task.work:
            case CopyList(source_list=source, copy_list=name, servers=servers):
                console.copy_list(source, name)
                console.edit_list(
                    name, emulator.spec.Protocol.HTTP, {entry.server: entry.http_port for entry in servers}
                )
            case DeleteList(list=name):
                console.delete_list(name)
            case ReplaceCertificate(server=server):
                material = await self.store.certificates.material(CertificateId(f"cert-{server}"))
                assert material.key_pem is not None
                pem = material.certificate_pem.encode() + material.key_pem.get_secret_value()
                console.replace_certificate(server, pem, CertificateFormat.PEM)
            case _:
                pass

    async def say(
        self,
        handle: WorkflowHandle[object, RotateResult],
        move: Move,
        *,
        who: str = "bob",
        why: str = "",
        task: ConsoleTask | None = None,
        attestation: dict[str, str] | None = None,
        by: timedelta | None = None,
    ) -> Reply:
        """Send a message to the rotation."""
        state = await handle.query("state", result_type=RotationState)
        message = Message(
            move=move,
            rotation_id=state.rotation_id,
            who=who,
            why=why,
            request_id=uuid4().hex,
            task_id=task.id if task else None,
            attestation=attestation or {},
            by=by,
        )
        reply: Reply = await handle.execute_update(move.value, message, result_type=Reply)
        return reply


@pytest.fixture(scope="session")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A real server that skips time, with our search attributes."""
    binary = find_binary(TemporalSettings())
    flags = [
        "frontend.WorkflowTimeSkippingEnabled=true",
        "history.transferProcessorMaxPollRPS=2000",
        "history.timerProcessorMaxPollRPS=2000",
        "history.visibilityProcessorMaxPollRPS=2000",
        'history.timerProcessorMaxTimeShift="10ms"',
    ]
    env = await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=str(binary),
        dev_server_log_level="error",
        dev_server_extra_args=[part for flag in flags for part in ("--dynamic-config-value", flag)],
        plugins=[RotatorPlugin()],
    )
    try:
        await search_attributes.register(env.client)
        yield env
    finally:
        await env.shutdown()


@pytest.fixture
async def stage(skipping, tmp_path) -> AsyncIterator[Callable[[SiteSpec], Stage]]:
    """Makes the stage of a rotation for a site."""
    store = await Store.open(StoreSettings(folder=tmp_path))

    def make(spec: SiteSpec) -> Stage:
        start = datetime.now(UTC).replace(microsecond=0)
        return Stage(skipping.client, store, Simulation(spec, start), SkippedClock(start))

    yield make
    await store.close()
