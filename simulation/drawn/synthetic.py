"""A scenario by size, for administrators who have not registered a site yet."""

from datetime import timedelta

from pydantic import TypeAdapter

from emulator.scenarios import synthetic
from emulator.spec import SiteSpec
from rotation.plan.request import Unproven
from rotation.site import Limits
from rotation.values import Value
from simulation.drawn.chance import Chance
from simulation.drawn.faults import Faults, with_switches
from simulation.drawn.scenario import Scenario

_SPAN = TypeAdapter(timedelta)


class Size(Value):
    """What a synthetic site is like.

    Every second group inherits, every tenth holds 14.2.x clients, one client in ten is away at first.
    """

    clients: int = 5000
    groups: int = 20
    servers: int = 3
    heartbeat: timedelta = timedelta(hours=1)
    holdout: timedelta = timedelta(days=90)
    """How long the last server keeps its certificate, at least."""

    @property
    def options(self) -> str:
        """What names it on the command line."""
        spans = f"--heartbeat {_iso(self.heartbeat)} --holdout {_iso(self.holdout)}"
        return f"--clients {self.clients} --groups {self.groups} --servers {self.servers} {spans}"


def _iso(span: timedelta) -> str:
    """As ISO 8601 has it."""
    return str(_SPAN.dump_python(span, mode="json"))


def of_size(size: Size, seed: int, faults: Faults) -> Scenario:
    """The scenario of a seed for a site of that size."""
    limits = Limits(purge_after=None, holdout_minimum=size.holdout, holdout_maximum=size.holdout)
    spec: SiteSpec = synthetic(seed, size.clients, size.groups, size.servers, size.heartbeat)
    if faults is not Faults.NONE:
        spec = with_switches(spec, Chance(seed), within=limits.publish_delay)
    return Scenario(
        seed=seed,
        spec=spec,
        limits=limits,
        unproven=Unproven.APPROVE,
        longest=2 * size.holdout + timedelta(days=120),
    )
