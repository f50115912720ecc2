"""Short waits and prompt people, so that a rotation needs few readings."""

from datetime import timedelta

from rotation.site import Limits
from simulation.drawn.scenario import WorkPace

QUICK = Limits(
    relax_floor=timedelta(0),
    publish_delay=timedelta(seconds=2),
    purge_after=None,
    holdout_minimum=timedelta(minutes=30),
    holdout_maximum=timedelta(hours=12),
    gate_patience=timedelta(hours=6),
)
PACE = WorkPace(first=timedelta(seconds=5), last=timedelta(minutes=1), work=timedelta(minutes=2))
