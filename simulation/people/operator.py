"""The person at the emulated console: does there what a console task of the product asks for."""

import base64
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from certificates.parsed_certificate import ParsedCertificate
from emulator.clients.ways import shut_out, with_a_way
from emulator.errors import EmulatorError
from emulator.events.site_events import SiteEvent
from emulator.instants import to_ms
from emulator.people.desk import SiteDesk
from emulator.people.faulty_operator import FaultyOperator
from emulator.people.tasks import CertificateFile, Task, by_name
from emulator.simulation import Simulation
from emulator.state.effects import Actor, EffectView, acting
from emulator.state.site import ServerList
from emulator.state.slips import Slip
from rotation.plan.plan import PlanBody
from rotation.plan.work.client_look import CLIENTS
from rotation.plan.work.task import ConsoleTask, RefreshImages, ReplaceCertificate, SaveRecoveryFile
from rotation.running.state import RotationState
from rotation.site import Server
from rotation.values import ServerName
from sepm.offline.sylink_evidence import read_looks
from simulation.clock import SimulatedClock
from simulation.judged.facts import CutOff, site_facts
from simulation.judged.group_history import path_at_the_end
from simulation.people.console import ConsolePeople
from simulation.people.networks import open_ports_of
from simulation.people.tidying import inheritance_to_put_back, slowed_down, to_upgrade, unasked_changes
from store.rotation.plans import Plans
from workflows.steps.reference import EDIT_A_POLICY, NOT_MOVED

_TASK: TypeAdapter[Task] = TypeAdapter(Task)
_FAILS_OVER = "14.3.9816.7000"
"""A version that fails over, for clients that came and do not."""
_CERTIFICATES = frozenset({"replace_certificate", "restore_certificate"})
_SWAPS = frozenset({"console.replace_certificate", "console.generate_certificate"})


def _to_edit(state: RotationState, body: PlanBody) -> Iterator[str]:
    """The groups of which the product asks that a policy is edited at the console."""
    asked = [
        each.message
        for each in state.attention
        if each.code == "policy-by-hand" or (each.code == NOT_MOVED and EDIT_A_POLICY in each.message)
    ]
    for owner in body.scopes:
        if any(owner.path in message for message in asked):
            yield owner.path


class Operator:
    """The operator at the console of one emulated site."""

    def __init__(
        self,
        simulation: Simulation,
        clock: SimulatedClock,
        certificates: Mapping[ServerName, ParsedCertificate],
        slips: tuple[Slip, ...] = (),
        console: ConsolePeople | None = None,
        *,
        servers: tuple[Server, ...] = (),
        states_early: bool = False,
    ) -> None:
        self._simulation = simulation
        self._states_early = states_early
        self._servers = servers
        self._certificates = certificates
        self._console = console
        self._desk = SiteDesk(simulation, clock.now, _nothing_to_follow)
        self.hands = FaultyOperator(self._desk, slips)
        self._began = site_facts(simulation)
        self._clock = clock
        self._ports = self._ports_now()
        self._lists = self._lists_now()
        """As this person left them last."""
        self.cut_off: list[CutOff] = []
        """Clients that a replacement has left without a way to the site."""

    def befall(self, site_event: SiteEvent, at: datetime) -> None:
        """Schedule a site event that this person has no part in."""
        self._simulation.schedule(site_event, at)

    def absence(self, task: ConsoleTask) -> timedelta:
        """How long the person is away before beginning `task`."""
        return self.hands.absence(self._as_read(task))

    def finds_cut_off(self, names: Collection[str]) -> bool:
        """Look at the clients with those names: whether one is switched on, and a replacement has cut it off."""
        return any(effect is not None and effect.kind in _SWAPS for effect in self._troubles(names))

    def finds_failing(self, names: Collection[str]) -> bool:
        """Look at the clients with those names: whether one is switched on, and gets on with no server."""
        return bool(self._troubles(names))

    def finds_shut_out(self, names: Collection[str]) -> bool:
        """Look at the clients with those names: whether only a server that is down would let one of them in."""
        self._simulation.advance_to(self._clock.now())
        return not shut_out(self._simulation).keys().isdisjoint(names)

    def _troubles(self, names: Collection[str]) -> list[EffectView | None]:
        """What has cut off those that are switched on."""
        now = self._clock.now()
        self._simulation.advance_to(now)
        on = (each for each in self._simulation.fleet.settled() if each.name in names and each.powered(to_ms(now)))
        return [self._simulation.effects.view(each.trouble.effect) for each in on if each.trouble is not None]

    def finds_http_open(self, names: Collection[str]) -> bool:
        """Look whether plain HTTP gets through from the clients with those names."""
        return not any(each.name in names and each.http_blocked for each in self._simulation.fleet.settled())

    def open_http(self, names: Collection[str]) -> None:
        """Have the firewall before the networks of these clients let plain HTTP through."""
        open_ports_of(self._simulation, names)

    def stop_what_gave_old_lists(self, text: str) -> None:
        """Look on the clients that a text names what else than SEPM gives them a Sylink.xml, and stop it."""
        with acting(Actor.TASK):
            for client in self._simulation.fleet.settled():
                if client.name in text:
                    for each in self._simulation.site.hand_outs.given_to(client.name):
                        if not each.stopped:
                            self._simulation.console.stop_hand_out(each.spec.name)

    async def put_right(self, state: RotationState, plans: Plans) -> None:
        """Look through the site when the product has named something: own mistakes, and unasked changes.

        Certificates and settings go to what the product left last; what the console refuses now is tried next time.
        """
        body = (await plans.get(state.plan_id)).body
        with self._own_lists(), suppress(EmulatorError):
            await self.hands.put_right()
        with self._own_lists(), suppress(EmulatorError), acting(Actor.TASK):
            for gone in self._to_copy_again(state):
                self._simulation.console.put_list(gone)
            for operation in unasked_changes(self._simulation, self._began, state, body, self._pem):
                if operation.operation in _CERTIFICATES and self._stays(state):
                    continue
                with suppress(EmulatorError):  # a server that is down keeps no other thing from being put right
                    await self._desk.operate(operation)
            for path, location, heartbeat in slowed_down(state, body, self._simulation.effects.views()):
                self._simulation.console.set_heartbeat(path, location, heartbeat)
            for path, inherits in tuple(inheritance_to_put_back(self._simulation, state, body)):
                self._simulation.groups.set_inheritance(path, inherits=inherits)
            for name in tuple(to_upgrade(self._simulation, state)):
                self._simulation.machines.upgrade(name, _FAILS_OVER)
            for path in _to_edit(state, body):
                self._simulation.console.edit_policy(path)
            for edited in self._lists_now().values():
                known = self._lists.get(edited.id, edited)
                if edited != known:
                    self._simulation.console.put_list(known)
            self._put_ports_back()

    def _stays(self, state: RotationState) -> bool:
        """Whether the product asks to leave another certificate in until clients have taken a relaxed policy."""
        relaxed, now = state.relaxed_again, self._clock.now()
        if relaxed is None or relaxed.until is None:
            return relaxed is not None and state.outline.purpose == "rotate"
        return now < relaxed.until

    async def do(self, task: ConsoleTask) -> dict[str, str] | None:
        """Do the work of `task`. The evidence for it; None when the console refused."""
        replaces = isinstance(task.work, ReplaceCertificate) and not task.work.puts_back
        done = len(self._simulation.effects.journal)
        if self._console is not None:
            self._console.look_before(task)
        try:
            with self._own_lists():
                evidence = await self.hands.perform(self._as_read(task), self._file(task))
        except EmulatorError:
            return None
        if replaces:
            self._look_who_is_cut_off(done)
        return {name: self._as_evidence(name, value) for name, value in evidence.items()}

    def _as_evidence(self, name: str, value: object) -> str:
        """A piece of evidence as the product gets it: of files that clients hold, what they show."""
        return read_looks(json.dumps(value), self._servers) if name == CLIENTS else str(value)

    def _to_copy_again(self, state: RotationState) -> list[ServerList]:
        """The lists of this person's that are gone, and that the product asks to have copied again."""
        asked = [each.message for each in state.attention if "copy it again" in each.message]
        gone = (known for known in self._lists.values() if known.id not in self._simulation.site.server_lists)
        return [known for known in gone if any(known.name in message for message in asked)]

    def _lists_now(self) -> dict[str, ServerList]:
        return dict(self._simulation.site.server_lists)

    def _ports_now(self) -> dict[str, tuple[int, int]]:
        return {each.name: (each.https_port, each.http_port) for each in self._simulation.site.servers.values()}

    def _put_ports_back(self) -> None:
        """Put back the ports that an upgrade has reset; ports that were moved otherwise stay as they are."""
        upgraded = {each.subject[0] for each in self._simulation.effects.views() if each.kind == "server.upgrade"}
        now = self._ports_now()
        for server in sorted(
            upgraded & self._ports.keys()
        ):  # one that was added since has no other ports to go back to
            if now[server] != self._ports[server]:
                self._simulation.set_ports(server, *self._ports[server])

    @contextmanager
    def _own_lists(self) -> Iterator[None]:
        """Remember how this person leaves the lists that they edit meanwhile."""
        self._simulation.advance_to(self._clock.now())
        before = self._lists_now()
        try:
            yield
        finally:
            own = {each: listed for each, listed in self._lists_now().items() if listed != before.get(each)}
            self._lists = {**self._lists, **own}

    def _look_who_is_cut_off(self, done: int) -> None:
        """Note clients with a way before the replacement made since effect number `done`, and none after it."""
        made = [self._simulation.effects.view(number) for number in range(done, len(self._simulation.effects.journal))]
        swap = next((each for each in made if each and each.kind in _SWAPS and each.actor.asked), None)
        if swap is not None:
            server, fingerprint = swap.subject
            before, after = with_a_way(self._simulation), with_a_way(self._simulation, {server: fingerprint})
            self.cut_off.extend(CutOff(swap, before[name]) for name in sorted(before.keys() - after.keys()))

    def _file(self, task: ConsoleTask) -> CertificateFile | None:
        if not isinstance(task.work, ReplaceCertificate) or task.work.puts_back:
            return None
        return CertificateFile(format="pem", content_base64=self._pem(task.work.server))

    def _pem(self, server: ServerName) -> bytes:
        """The file of a server's new certificate."""
        made = self._certificates[server]
        if made.key_pem is None:
            raise AssertionError("a certificate that was made here has a key")
        return base64.b64encode((made.certificate_pem + made.key_pem.get_secret_value()).encode())

    def _as_read(self, task: ConsoleTask) -> Task:
        """The task as the person at the console reads it over REST, with moved groups looked for where they are."""
        work = task.work
        if isinstance(work, RefreshImages):
            journal = self._simulation.effects.views()
            work = work.model_copy(update={"groups": tuple(path_at_the_end(each, journal) for each in work.groups)})
        if isinstance(work, SaveRecoveryFile) and not self._states_early:
            work = work.model_copy(update={"asks_hand_outs": False})
        asked = {
            "id": task.id,
            "site_name": task.site_name,
            "state": task.state.value,
            "kind": work.kind,
            "subject": work.model_dump(mode="json", exclude={"kind"}),
            "instructions": task.instructions,
        }
        return _TASK.validate_python(by_name(asked) if self._console is not None and self._console.only else asked)


async def _nothing_to_follow() -> None:
    """No port follows a change: the probe looks at the site itself."""
