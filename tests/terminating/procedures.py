"""What is terminated: list A and B, the mixed site, drills, cancel, roll-back, recovery, offline sites."""

from dataclasses import dataclass
from datetime import timedelta

from emulator.events.site_events import CertificateDamaged
from emulator.scenarios import one_server, three_servers
from emulator.spec import (
    DEFAULT_LIST,
    ROOT_GROUP,
    ClientSpec,
    GroupSpec,
    HandOutSpec,
    ListSpec,
    LocationSpec,
    Protocol,
    ServerSpec,
    SiteSpec,
)
from emulator.state.damage import DamageForm
from rotation.plan.request import Unproven
from rotation.running.message import Move
from rotation.site import Limits
from simulation.drawn.scenario import OfflinePeople, Proof, Scenario, ScriptedMove, Since, WorkPace
from simulation.played.run import Planned
from simulation.played.stage import Stage
from tests.proof.recovering import after_damage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_LIMITS = Limits(
    relax_floor=timedelta(0), purge_after=None, holdout_minimum=timedelta(days=2), holdout_maximum=timedelta(days=10)
)
_PROMPT = WorkPace(first=timedelta(minutes=5), last=timedelta(minutes=30), work=timedelta(minutes=30))


@dataclass(frozen=True)
class Procedure:
    """What is played."""

    name: str
    about: str
    scenario: Scenario
    planned: Planned = Stage.plan
    damaged: tuple[CertificateDamaged, ...] = ()
    """What a recovery puts back: a recovery that was terminated is begun again."""


def _two(clients: int = 8, away: timedelta = 8 * HOUR) -> SiteSpec:
    """Two servers, one list of both; two clients are away and are waited for, so that gates are read several times."""
    return SiteSpec(
        name="Two",
        seed=5,
        database_shared=True,
        servers=(ServerSpec(name="SEPM-1"), ServerSpec(name="SEPM-2")),
        server_lists=(ListSpec(name=DEFAULT_LIST, priorities=(("SEPM-1",), ("SEPM-2",))),),
        groups=(GroupSpec(path=ROOT_GROUP, locations=(LocationSpec(heartbeat=HOUR),)),),
        clients=(
            ClientSpec(group=ROOT_GROUP, count=clients, prefix="PC"),
            ClientSpec(group=ROOT_GROUP, count=2, prefix="LATE", away=((HOUR, away),)),
        ),
    )


def _offline_two() -> SiteSpec:
    """Two servers of a site without REST, whose lists are HTTP already."""
    return _two().model_copy(
        update={
            "rest": False,
            "server_lists": (
                ListSpec(name=DEFAULT_LIST, protocol=Protocol.HTTP, priorities=(("SEPM-1",), ("SEPM-2",))),
            ),
            "clients": (ClientSpec(group=ROOT_GROUP, count=4, build="12.1.7004.6500"),),
        }
    )


def _scenario(spec: SiteSpec, **more: object) -> Scenario:
    known = {"seed": 7, "spec": spec, "limits": _LIMITS, "pace": _PROMPT, "unproven": Unproven.APPROVE}
    return Scenario.model_validate({**known, **more})


_ONE, _THREE = one_server(clients=10, heartbeat=HOUR), three_servers(clients=12, heartbeat=HOUR)
_LATE_ONE = _ONE.model_copy(
    update={
        "hand_outs": (HandOutSpec(name="Script"),),
        "clients": (*_ONE.clients, ClientSpec(group=ROOT_GROUP, count=2, prefix="LATE", away=((HOUR, 9 * HOUR),))),
    }
)
"""One server, a script that hands out Sylink.xml, and two clients whose return the first gate waits for."""
_DAMAGED = (CertificateDamaged(server="SEPM-1", form=DamageForm.ANOTHER),)
_CANCEL = (ScriptedMove(after=4 * HOUR, move=Move.CANCEL),)
_BACK = (ScriptedMove(after=2 * HOUR, since=Since.SWAP, move=Move.ROLL_BACK),)
_STATED = OfflinePeople(proof=Proof.STATEMENTS)

PROCEDURES = {
    each.name: each
    for each in (
        Procedure("list-a", "one server: every group is relaxed", _scenario(_LATE_ONE)),
        Procedure("list-b", "two servers: failover, and a holdout", _scenario(_two())),
        Procedure("mixed", "three servers: groups that fail over, and one that is relaxed", _scenario(_THREE)),
        Procedure("drill", "two servers: lists are reordered first", _scenario(_two(), unproven=Unproven.DRILL)),
        Procedure("https-drill", "three servers, the mixed site: HTTPS is shut", _scenario(_THREE, drill_https=True)),
        Procedure("stop-drill", "two servers: one is stopped first", _scenario(_two(), drill_stop=True)),
        Procedure("cancel", "one server: cancelled in A8", _scenario(_LATE_ONE, acts=_CANCEL)),
        Procedure("roll-back", "one server: the old certificate goes back", _scenario(_LATE_ONE, acts=_BACK)),
        Procedure("mixed-roll-back", "three servers: old certificates go back", _scenario(_THREE, acts=_BACK)),
        Procedure(
            "recovery",
            "one server: its damaged certificate goes back",
            _scenario(_ONE),
            after_damage(*_DAMAGED),
            _DAMAGED,
        ),
        Procedure(
            "offline", "one server without REST: list A, by exports", _scenario(_ONE, at_console=OfflinePeople())
        ),
        Procedure("offline-stated", "the same, by statements", _scenario(_ONE, at_console=_STATED)),
        Procedure("offline-two", "two servers without REST", _scenario(_offline_two(), at_console=OfflinePeople())),
        Procedure(
            "offline-cancel", "without REST: cancelled in A8", _scenario(_ONE, at_console=OfflinePeople(), acts=_CANCEL)
        ),
        Procedure(
            "offline-roll-back", "without REST: rolled back", _scenario(_ONE, at_console=OfflinePeople(), acts=_BACK)
        ),
        Procedure(
            "offline-recovery",
            "without REST: a damaged certificate goes back",
            _scenario(_ONE, at_console=OfflinePeople()),
            after_damage(*_DAMAGED),
            _DAMAGED,
        ),
    )
}
