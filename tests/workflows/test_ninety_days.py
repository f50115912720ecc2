"""The vendor's step B5, the holdout: one server keeps its old certificate for 90 days, for people on leave.

The real workflow runs on the real server, with Temporal's time skipping: months in seconds.
"""

from datetime import timedelta

from emulator.scenarios import three_servers
from rotation.running.state import Outcome
from rotation.site import Limits
from tests.replaying import replay, save


async def test_a_ninety_day_holdout_passes_in_seconds_and_loses_no_client(stage, tmp_path):
    """Clients that return after 80 days find the new certificates through the holdout; it completes, and replays."""
    hour = timedelta(hours=1)
    away = (timedelta(days=60), timedelta(days=80))
    here = stage(three_servers(clients=60, heartbeat=hour, returns=away))
    await here.register(
        Limits(holdout_minimum=timedelta(days=90), holdout_maximum=timedelta(days=120), purge_after=None)
    )
    plan = await here.plan()
    began = here.clock()

    async with here.working():
        handle = await here.start(plan)
        async with here.attended(handle):
            result = await here.end(handle)
        history = await handle.fetch_history()

    save(history, tmp_path / "holdout.json.gz")
    await replay(history)
    assert result.outcome is Outcome.COMPLETED
    assert here.clock() - began > timedelta(days=90)
    verdict = here.simulation.verdict()
    assert (verdict.clients_total, verdict.clients_lost_ever) == (60, 0)
