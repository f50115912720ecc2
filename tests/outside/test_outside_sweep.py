"""A bounded part of the outside sweep: points that the date draws, cancelled in process, and through Temporal."""

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from tests.outside.cancelling import cancelled_in_process, cancelled_on_temporal
from tests.outside.drawing import Way, drawn
from tests.outside.resetting import reset_on_temporal
from tests.proof.temporal.skipping import skipping_server
from tests.terminating.procedures import PROCEDURES
from tests.terminating.sweeping import lived_one, undisturbed

TODAY = str(datetime.now(UTC).date())
DRAWN = Random(TODAY).sample(sorted(PROCEDURES), 2)
ONE = 10_000
"""So small a share is one point."""


@pytest.mark.parametrize("place", range(len(DRAWN)))
async def test_a_cancel_of_temporals_own_is_heard_wherever_it_comes(place):
    """Within a minute: it turns back, or refuses and goes on; the site is as recorded, another rotation runs."""
    (job,) = drawn(Way.CANCEL, DRAWN[place], await undisturbed(DRAWN[place]), ONE, TODAY)
    assert (await lived_one(job, cancelled_in_process)).problems == (), job


async def test_through_temporal_a_cancel_turns_back_and_a_reset_does_nothing():
    """The reset is found within a minute, the run that comes of it is refused, and the way out restores the site."""
    passed, found = await undisturbed("list-a"), Counter[str]()
    async with skipping_server() as env:
        for way, run in (
            (Way.CANCEL_ON_TEMPORAL, cancelled_on_temporal(env.client)),
            (Way.RESET, reset_on_temporal(env.client, found)),
        ):
            (job,) = drawn(way, "list-a", passed, ONE, TODAY)
            life = await lived_one(job, run, again=False)
            assert (life.problems, life.step) == ((), passed[job.at[0]].step), job
    assert found.total() == 1
