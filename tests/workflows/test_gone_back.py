"""The site's database is put back behind the last write: nothing is drift, and no client can hold the gate."""

from datetime import timedelta

from emulator.events.site_events import DatabaseRestored
from emulator.scenarios import one_server
from rotation.running.state import Outcome
from workflows.steps.reference import NOT_MOVED


async def test_the_last_gate_says_that_the_policy_date_went_back_and_what_helps(played):
    """It is shown at the next reading, without options; once a policy is edited the gate passes, and it is gone."""
    heartbeat = timedelta(minutes=5)

    def restore(here):
        here.stage.simulation.schedule(DatabaseRestored(), here.stage.clock.now())

    def edit(here):
        here.stage.simulation.console.edit_policy("My Company")

    _, seen, after = deeds = played.in_turn(
        played.Deed(lambda state: state.wait and state.step.number == "A10d", restore, after=timedelta(minutes=3)),
        played.Deed(played.asked(NOT_MOVED), edit),
        played.Deed(lambda state: not played.asked(NOT_MOVED)(state), lambda _: None),
    )
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=heartbeat)) as here:
        assert await here.run() is Outcome.COMPLETED
    attention = played.attention(seen.saw, NOT_MOVED)
    assert attention.options == ()
    assert "database was put back" in attention.message
    assert after.seen_at - seen.seen_at < timedelta(hours=1)
    assert here.lost() == []
