"""A simulation set up: the emulated site, a store in memory, the activities' world, and the people."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Self

from pydantic import SecretStr
from temporalio.exceptions import ApplicationError

from activities.registry import all_activities
from activities.survey.surveying import Surveying
from emulator.simulation import Simulation
from emulator.switches import Trusts
from engine.contract import SurveyAnswer, SurveyRequest
from rotation.plan.outline import Outline
from rotation.plan.plan import Plan
from rotation.plan.refusals import PlanRefusedError
from rotation.plan.request import PlanRequest
from rotation.planning.choice.stop_drill import UNFIT
from rotation.running.state import RotationState
from rotation.site import ListEntry, Protocol, Server, ServerList, Site
from rotation.values import Fingerprint, ListName, RotationId, ServerName, SiteId
from service.plans.planning import plan_from_survey
from simulation.clock import SimulatedClock
from simulation.drawn.certificates import chosen
from simulation.drawn.history import remember
from simulation.drawn.scenario import START, Scenario
from simulation.people.console import ConsolePeople
from simulation.people.networks import NetworkPeople
from simulation.people.operator import Operator
from simulation.people.people import People
from simulation.people.watchman import Watchman
from simulation.played.host import SimulatedHost
from simulation.played.recorded_output import RecordedOutput
from simulation.played.sepm import RestLine, SimulatedProbe, kept_client
from simulation.played.world import SimulatedWorld
from store.progress import NewRotation
from store.rotation.events import Event
from store.site.access import SiteConnection
from store.store import Store

SITE = SiteId("site")
ROTATION = RotationId("rotation")
_PAGE = 200
_REST = 8446
"""Where REST answers at the first server; at others, where it does, at the ports after it."""
_TRIES, _LATER = 100, timedelta(minutes=20)
_PLANS = 6
"""How often people plan until every network is known: the script, a port, a word, each once."""
_LIVE_ON = 7
"""Heartbeats after the end: five that fail make a client lost, and two for who was just about to call."""


class Stage:
    """Everything around one simulated rotation: with a store in memory, unless one is given. It closes it."""

    def __init__(self, scenario: Scenario, output: RecordedOutput | None = None, store: Store | None = None) -> None:
        self.scenario = scenario
        self.output = output
        self.clock = SimulatedClock(START)
        self.simulation = Simulation(scenario.spec, START)
        self.store = store or Store.in_memory()
        self.site = scenario.registered.site if scenario.registered else registered(scenario, self.simulation)
        self.console = ConsolePeople(self.simulation, self.store, self.site.id, scenario.at_console)
        if scenario.at_console is not None:
            self.site = self.site.model_copy(update={"access": self.console.document(START)})
        self.certificates = chosen(scenario)
        self.connection = SiteConnection(
            rest_url=_url(self.site.servers[0]),
            username=scenario.spec.administrator,
            password=SecretStr(scenario.spec.password),
            fingerprints=frozenset({Fingerprint("0" * 64)}),
        )
        clients = {
            _url(each): kept_client(
                self.site,
                self.connection,
                RestLine(self.simulation, self.clock, output, server=each.name),
                self.clock,
            )
            for each in reversed(self.site.servers)
            if each is self.site.servers[0] or each.rest_port is not None
        }
        client = clients[self.connection.rest_url]
        self.world = SimulatedWorld(
            store=self.store,
            clock=self.clock,
            connect=lambda _site, connection: clients[connection.rest_url],
            probe=SimulatedProbe(self.simulation, self.clock),
            sleep=self.clock.sleep,
            registered=self.site,
            client=client,
        )
        for each in scenario.site_events:
            self.simulation.schedule(each.site_event, each.at)
        self.operator = Operator(
            self.simulation,
            self.clock,
            self.certificates,
            scenario.spec.robot.slips,
            self.console,
            servers=self.site.servers,
            states_early=scenario.states_early,
        )
        self.network_people = NetworkPeople(self.simulation, self.clock, self.store, self.site.id, scenario.networking)
        self.watchman = Watchman(self.simulation, self.world)
        self.people = People(
            scenario, self.operator, self.store, self.console, self.watchman, networks=self.network_people
        )

    async def __aenter__(self) -> Self:
        await self._register()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.store.close()

    async def _register(self) -> None:
        """Store the site, a new certificate for each server, and where its clients were seen before."""
        await self.store.sites.add(self.site, self.connection, self.clock.now())
        keyless = self.scenario.registered.keyless if self.scenario.registered else frozenset()
        for identity, made in {made.facts.id: made for made in self.certificates.values()}.items():
            key = made.key_pem.get_secret_value().encode() if made.key_pem and identity not in keyless else None
            if self.output is not None:
                self.output.hear_key(made)
            facts = made.facts.model_copy(update={"has_key": key is not None})
            await self.store.certificates.add(facts, made.certificate_pem, made.chain_pem, key, self.clock.now())
        await self.console.export(self.clock.now())
        if self.scenario.registered is not None:
            await remember(self.store, self.scenario, self.scenario.registered)

    async def plan(self) -> Plan:
        """Survey the site and make its plan.

        Raises:
            PlanRefusedError: with the blocking findings.
        """
        surveyed = await self.survey()
        request = await self.network_people.request(self._request())
        refusals = 0
        while True:
            now = self.clock.now()
            try:
                plan = await plan_from_survey(self.store, self.site.id, surveyed.survey_id, request, now=now)
            except PlanRefusedError as refused:
                refusals += 1
                if request.drill_stop and UNFIT in {each.code for each in refused.findings}:
                    request = request.model_copy(update={"drill_stop": False})  # as its remedy says
                    continue
                mended = await self.network_people.after_refusal(request, refused.findings)
                if mended is None or refusals == _PLANS:
                    raise
                request, surveyed = mended, await self.survey()
            else:
                await self.store.plans.add(plan)
                return plan

    def _request(self) -> PlanRequest:
        scenario = self.scenario
        if scenario.registered is not None:
            return scenario.registered.request
        return PlanRequest(
            certificates={server: made.facts.id for server, made in self.certificates.items()},
            unproven_failover=scenario.unproven,
            keep_relaxed=scenario.keep_relaxed,
            leave_out_away=scenario.leave_out_away,
            drill_https=scenario.drill_https,
            drill_stop=scenario.drill_stop,
        )

    async def networks(self) -> tuple[str, ...]:
        """Every network that a client of the site is in, as far as its row shows it."""
        return await self.network_people.all()

    async def survey(self) -> SurveyAnswer:
        """A survey; where SEPM cannot be read now, its owner tries again later."""
        for _ in range(_TRIES):
            try:
                return await Surveying(self.world).survey_site(SurveyRequest(site_id=self.site.id))
            except ApplicationError as failed:
                if failed.non_retryable:
                    raise
                self.clock.leap_to(self.clock.now() + _LATER)
        raise TimeoutError(f"no survey of {self.scenario.spec.name} within {_TRIES * _LATER}")

    async def begin(self, plan: Plan) -> RotationState:
        """The rotation of `plan`, approved and stored."""
        now = self.clock.now()
        new = NewRotation(id=ROTATION, site_id=self.site.id, plan_id=plan.id, plan_hash=plan.hash, started_by="ann")
        await self.store.rotations.create(new, now)
        return RotationState(
            rotation_id=ROTATION,
            site_id=self.site.id,
            site_name=self.scenario.spec.name,
            plan_id=plan.id,
            plan_hash=plan.hash,
            outline=Outline.to_load(plan.body.purpose),
            started_at=now,
        )

    def host(self, until: datetime, *, renews: bool = False) -> SimulatedHost:
        """The host that plays it; `renews`: with a new history in every wait."""
        activities: list[Callable[..., Any]] = all_activities(self.store, self.world)
        if self.output is not None:
            activities = [self.output.at(activity) for activity in activities]
        return SimulatedHost(activities, self.clock, self.people, until=until, renews=renews)

    def live_on(self) -> None:
        """Let the clients live on: until those that are away are back, and some heartbeats more.

        A client is lost when five heartbeats have failed. One that was away at the end had to be safe, or was named.
        """
        longest = max(
            location.heartbeat + location.randomization
            for group in self.scenario.spec.groups
            for location in group.locations
        )
        now, until = self.clock.now(), START + self.scenario.longest
        windows = ((START + begin, START + end) for batch in self.scenario.spec.clients for begin, end in batch.away)
        back = max((end for begin, end in windows if begin <= now < end <= until), default=now)
        self.clock.leap_to(back + _LIVE_ON * longest)
        self.simulation.advance_to(self.clock.now())

    async def trail(self) -> tuple[Event, ...]:
        """The audit trail of the rotation, after a look at its chain."""
        await self.store.events.verify_chain(ROTATION)
        events: list[Event] = []
        while more := await self.store.events.list(ROTATION, after=len(events), limit=_PAGE):
            events.extend(more)
        return tuple(events)


def _url(server: Server) -> str:
    return f"https://{server.address}:{server.rest_port or _REST}"


def registered(scenario: Scenario, simulation: Simulation) -> Site:
    """The site as its administrator would register it: what the emulator really has."""
    emulated = simulation.site
    return Site(
        id=SITE,
        name=scenario.spec.name,
        servers=tuple(
            Server(
                name=ServerName(each.name),
                address=each.address,
                https_port=each.https_port,
                http_port=each.http_port,
                rest_port=_REST + place if place == 0 or scenario.spec.servers[place].rest else None,
            )
            for place, each in enumerate(emulated.servers.values())
        ),
        lists=tuple(
            ServerList(
                name=ListName(known.name),
                protocol=Protocol(known.protocol),
                verifies_ca=scenario.spec.switches.trusts is Trusts.SAME_AUTHORITY,
                priorities=tuple(
                    tuple(
                        ListEntry(
                            server=ServerName(e.server_name),
                            address=e.address,
                            https_port=e.https_port,
                            http_port=e.http_port,
                        )
                        for e in pool
                    )
                    for pool in known.priorities
                    if pool
                ),
            )
            for known in emulated.server_lists.values()
        ),
        limits=scenario.limits,
    )
