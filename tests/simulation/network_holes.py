"""Networks that let no plain HTTP through, in which clients were relaxed all the same (rule 24a), one scenario each."""

from dataclasses import replace

from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, SiteSpec
from simulation.drawn.networking import Asking, Networking, WhenShut
from tests.simulation.holes import DAY, HOUR, Hole, hole, site

_FIRST = f"{ROOT_GROUP}\\First"
_BACK = 4 * DAY


def behind_a_firewall() -> SiteSpec:
    """As `site`, with one group, all of it in a network that lets no plain HTTP through."""
    spec = site()
    return spec.model_copy(update={"clients": tuple(_blocked(each) for each in spec.clients)})


def with_canaries(*first: ClientSpec) -> SiteSpec:
    """As `site`, with clients in two networks, one of which lets no plain HTTP through, and a small group."""
    spec = site(1, 3)
    small = GroupSpec(path=_FIRST, locations=spec.groups[0].locations)
    others = _blocked(ClientSpec(group=ROOT_GROUP, count=5, prefix="BEHIND"))
    return spec.model_copy(update={"groups": (*spec.groups, small), "clients": (*spec.clients, others, *first)})


def _blocked(batch: ClientSpec) -> ClientSpec:
    return batch.model_copy(update={"http_blocked": True})


def _in_front(**fields: object) -> ClientSpec:
    return ClientSpec.model_validate({"group": _FIRST, "count": 1, "prefix": "FRONT", **fields})


def _hole(name: str, spec: SiteSpec, asking: Asking) -> Hole:
    """A hole whose people have the port opened once they know that it is shut."""
    made = hole(name, 24, spec)
    how = Networking(asking=asking, when_shut=WhenShut.OPEN)
    return replace(made, scenario=made.scenario.model_copy(update={"networking": how}))


NETWORK_HOLES = (
    _hole("no plain HTTP gets through from the only group", behind_a_firewall(), Asking.CANARIES),
    _hole("the script finds a network without plain HTTP", behind_a_firewall(), Asking.SCRIPT),
    _hole("a firewall was closed since the script has asked", behind_a_firewall(), Asking.STALE),
    _hole("the canaries are in another network", with_canaries(_in_front()), Asking.CANARIES),
    _hole(
        "the only canary of a network is switched off before its turn",
        with_canaries(_in_front(), _blocked(_in_front(prefix="OFF", away=((HOUR, _BACK),)))),
        Asking.CANARIES,
    ),
)
