"""Everything that pages show, in one store: a rotation that was played, each card, and a rotation in each state."""

from datetime import timedelta

from emulator.scenarios import three_servers
from rotation.finding import Finding
from rotation.plan.request import Unproven
from rotation.proof.verdict import Reason
from rotation.running.attention import Attention
from rotation.running.message import Move
from rotation.running.wait import GateReading
from rotation.running.waits.of_attention import ATTENTION
from rotation.site import Limits
from rotation.values import RotationId
from simulation.drawn.scenario import Scenario
from simulation.played.run import play
from store.progress import Progress, RotationStatus
from store.store import Store
from tests.store.conftest import Make

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROTATION = RotationId("rot-1")


async def play_into(store: Store) -> None:
    """A whole rotation of three servers, played into the store, which is closed."""
    limits = Limits(purge_after=None, holdout_minimum=2 * DAY)
    spec = three_servers(clients=12, heartbeat=HOUR)
    facts = await play(Scenario(seed=7, spec=spec, limits=limits, unproven=Unproven.APPROVE), store=store)
    assert facts.unfinished == ""


def _attention(make: Make, code: str) -> Finding:
    options = (*Move,) if code == "gate-limit" else (Move.RETRY, Move.PROCEED, Move.CANCEL)
    asked = Attention(code=code, subject="sepm1", message="sepm1 does not answer", options=options, raised_at=make.t0)
    return asked.finding()


def states(make: Make) -> list[Progress]:
    """Where a rotation may stand, as its page shows it when Temporal does not answer."""
    reading = GateReading(
        taken_at=make.t0, total=9, covered=4, safe=1, waiting=3, left_out=1,
        by_reason=dict.fromkeys(Reason, 1), reached=False,
    )  # fmt: skip
    running = Progress(step_id="01-preflight", step_number="preflight", step_title="Look", step_count=1)
    ended = [each for each in RotationStatus if each is not RotationStatus.RUNNING]
    changes: list[dict[str, object]] = [
        {"attention": (), "held": True},
        {"held": False, "coverage": reading},
        *({"status": each, "finished_at": make.at(days=1)} for each in ended),
    ]
    asked = [running.model_copy(update={"attention": (_attention(make, code),)}) for code in ATTENTION]
    return [*asked, *(running.model_copy(update=each) for each in changes)]
