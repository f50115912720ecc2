"""The people who know the networks of a site: they run the script on its clients, and open ports (rule 24a)."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from emulator.clients.client import Client
from emulator.people.network_answers import network_answers
from emulator.simulation import Simulation
from emulator.state.networks import MASK
from rotation.finding import Finding
from rotation.network import UNKNOWN, network_of
from rotation.plan.request import PlanRequest
from rotation.planning.choice.plain_http import SHUT, UNSHOWN
from rotation.reach.answer import ReachAnswer
from rotation.reach.table import read_table
from rotation.values import SiteId
from simulation.clock import SimulatedClock
from simulation.drawn.networking import Asking, Networking, WhenShut
from store.store import Store

_LONG_AGO, _HOUR, _DAY = timedelta(days=45), timedelta(hours=1), timedelta(days=1)


class NetworkPeople:
    """Their hands at one emulated site."""

    def __init__(
        self, simulation: Simulation, clock: SimulatedClock, store: Store, site_id: SiteId, how: Networking
    ) -> None:
        self._simulation, self._clock, self._store = simulation, clock, store
        self._site_id, self._how = site_id, how
        self._ran = False
        self._opened: set[str] = set()
        """Networks whose port they had opened; who was switched off since is asked again each day."""

    async def all(self) -> tuple[str, ...]:
        """Every network that a client is in, as far as its row shows it."""
        roster = await self._store.roster.entries(self._site_id)
        return tuple(sorted({UNKNOWN, *(each.observed.network for each in roster if each.observed is not None)}))

    async def request(self, request: PlanRequest) -> PlanRequest:
        """Do beforehand what they do; the request with the networks that they trust."""
        match self._how.asking:
            case Asking.WORD:
                return request.model_copy(update={"trusted_networks": await self.all()})
            case Asking.SCRIPT:
                await self.run_script()
            case Asking.STALE:
                await self._upload(self._from_long_ago())
        return request

    async def after_refusal(self, request: PlanRequest, findings: Sequence[Finding]) -> PlanRequest | None:
        """What they plan next, when networks are all that stands in the way; None: they give up."""
        about = {code: {each.subject for each in findings if each.code == code} for code in (UNSHOWN, SHUT)}
        if any(each.code not in about for each in findings):
            return None
        if about[SHUT]:
            match self._how.when_shut:
                case WhenShut.GIVE_UP:
                    return None
                case WhenShut.LEAVE_OUT:
                    request = request.model_copy(update={"leave_out_http": True})
                case WhenShut.OPEN:
                    open_ports(self._simulation, about[SHUT])
                    self._clock.leap_to(self._clock.now() + (_DAY if about[SHUT] <= self._opened else _HOUR))
                    self._opened |= about[SHUT]
                    await self.run_script()
        if about[UNSHOWN] and not self._ran:
            await self.run_script()
        elif about[UNSHOWN]:
            known = self.known_open(about[UNSHOWN])
            if not known:
                return None
            request = request.model_copy(update={"trusted_networks": (*request.trusted_networks, *known)})
        return request

    async def run_script(self) -> None:
        """Run it on all clients, and upload what those that are switched on have written."""
        self._ran = True
        await self._upload(self._answers())

    async def _upload(self, answers: Sequence[ReachAnswer]) -> None:
        await self._store.http_reach.add(self._site_id, answers, "nora")

    def _from_long_ago(self) -> tuple[ReachAnswer, ...]:
        """What they were answered while every firewall was open."""
        ago = self._clock.now() - _LONG_AGO
        return tuple(each.model_copy(update={"result": "ok", "at": ago}) for each in self._answers())

    def known_open(self, networks: Collection[str]) -> tuple[str, ...]:
        """Those of `networks` whose firewall lets plain HTTP through, as a person who knows the network states."""
        shut = {_network(client) for client in self._simulation.fleet.settled() if client.http_blocked}
        return tuple(sorted(set(networks) - shut))

    def _answers(self) -> tuple[ReachAnswer, ...]:
        at = self._clock.now()
        return read_table(network_answers(self._simulation, at).encode(), now=at).answers


def open_ports(simulation: Simulation, networks: Collection[str]) -> None:
    """Have the firewalls before these networks let plain HTTP through."""
    for client in simulation.fleet.settled():
        if _network(client) in networks:
            client.http_blocked, client.steady = False, None


def open_ports_of(simulation: Simulation, names: Collection[str]) -> None:
    """Have the firewalls before the networks of these clients let plain HTTP through."""
    behind = (each for each in simulation.fleet.settled() if each.http_blocked and each.name in names)
    open_ports(simulation, {_network(each) for each in behind})


def _network(client: Client) -> str:
    return network_of((client.address,), (MASK,))
