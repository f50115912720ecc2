"""A site by size: one server, groups with settings of their own and two locations each, some clients away for good."""

from datetime import timedelta

from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, SiteSpec
from rotation.running.message import Move
from simulation.drawn.scenario import Scenario, ScriptedMove
from tests.big.size import Size
from tests.quick import PACE, QUICK

_HEARTBEAT = timedelta(hours=1)
_AWAY = (timedelta(days=-30), timedelta(days=400))
_IN_A_GATE = timedelta(hours=5)
"""After the start: the rotation waits for every relaxed client then."""


def scenario(size: Size, *, cancelled: bool) -> Scenario:
    """A rotation with the away clients left out by name; an administrator cancels it in a gate, or it completes."""
    acts = (ScriptedMove(after=_IN_A_GATE, move=Move.CANCEL),) if cancelled else ()
    spec = _spec(size)
    return Scenario(seed=1, spec=spec, limits=QUICK, pace=PACE, leave_out_away=True, acts=acts)


def _spec(size: Size) -> SiteSpec:
    """`size.groups` groups beside the root, which has no client."""
    around = one_server(clients=1, heartbeat=_HEARTBEAT)
    location = LocationSpec(heartbeat=_HEARTBEAT)
    both = (location, location.model_copy(update={"name": "Remote"}))
    paths = [f"{ROOT_GROUP}\\Branch {number:04d}" for number in range(size.groups)]
    return SiteSpec(
        name="Big Site",
        servers=around.servers,
        groups=(GroupSpec(path=ROOT_GROUP, locations=(location,)), *(_group(path, both) for path in paths)),
        clients=tuple(
            ClientSpec(group=path, count=count, prefix=f"{kind}{number:04d}", away=away)
            for number, path in enumerate(paths)
            for kind, count, away in (
                ("PC", _share(size.clients - size.away, size.groups, number), ()),
                ("AWAY", _share(size.away, size.groups, number), (_AWAY,)),
            )
            if count
        ),
    )


def _group(path: str, locations: tuple[LocationSpec, ...]) -> GroupSpec:
    return GroupSpec(path=path, locations=locations)


def _share(of: int, parts: int, number: int) -> int:
    """The part of that number, so that all of them together are `of`."""
    return of * (number + 1) // parts - of * number // parts
