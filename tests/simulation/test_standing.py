"""No rotation that is well is taken for one that is past its own next act."""

import asyncio
from datetime import timedelta

import pytest

from rotation.standing.next_act import next_act
from rotation.standing.records import Recorded, Run, RunStatus, Service, WorkerAnswer
from rotation.standing.rules import ROTATES, of_rotation
from simulation.drawn.chance import Chance
from simulation.drawn.faults import Faults
from simulation.played.host import SimulatedHost
from simulation.played.run import play
from tests.proof.drawn.drawing import Sizes, drawn

SIZES = Sizes(servers=3, groups=4, clients=8, holdout=timedelta(days=30))


def judged(state, now):
    """What the service would report of a rotation whose worker answers, and of which nothing is under way."""
    recorded = Recorded(rotation_id=state.rotation_id, site_id=state.site_id, status="running")
    run = Run(
        workflow_id="rotate/site", run_id="r", type=ROTATES, rotation_id=state.rotation_id, status=RunStatus.RUNNING,
        answer=WorkerAnswer(next_act=next_act(state)),
    )  # fmt: skip
    return of_rotation(recorded, run, Service(now=now, task_queue="q", address="a", namespace="n", polled_at=now))


@pytest.mark.parametrize("seed", range(12))
def test_a_rotation_that_is_well_is_never_overdue(seed, monkeypatch):
    """Right before anything happens to it, whatever it waits for and however long, its next act is not past."""
    reported = []
    looked = []
    following = SimulatedHost._next

    async def looking(self, until, summary):
        before = self._running.state
        was_due = self._clock.leap_to

        def leap(moment):
            looked.append(moment)
            trouble = None if self._pending else judged(before, moment)
            if trouble is not None:
                reported.append((summary, until, trouble.message, moment))
            was_due(moment)

        self._clock.leap_to = leap
        try:
            await following(self, until, summary)
        finally:
            self._clock.leap_to = was_due

    monkeypatch.setattr(SimulatedHost, "_next", looking)
    asyncio.run(play(drawn(Chance(seed), seed, SIZES, Faults.ALL)))
    assert looked
    assert reported == []
