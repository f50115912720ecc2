"""Before every swap the certificate that goes in is checked once more: months may have passed since the plan."""

from datetime import timedelta

from certificates.new_certificate import make_self_signed
from rotation.running.message import Move
from rotation.running.state import Outcome


async def test_a_certificate_that_no_longer_outlives_the_plan_is_not_put_in(played):
    """Held for nine days of the ten that its certificate lives, a rotation refuses the claim, and can be cancelled."""
    held = played.Deed(played.at("A8"), lambda here: here.say(Move.HOLD))
    resumed = played.Deed(lambda state: state.held_by, lambda here: here.say(Move.RESUME), after=timedelta(days=9))
    claimed = played.Deed(
        lambda state: state.task and played.work_of(state) == "replace_certificate",
        lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id),
    )
    cancelled = played.Deed(lambda state: state.task, lambda here: here.say(Move.CANCEL))
    play = played.play(*played.in_turn(held, resumed, claimed, cancelled))
    now = play.stage.clock.now()
    for server, made in tuple(play.stage.certificates.items()):
        short = make_self_signed(made.facts.names, identity=made.facts.id, now=now, valid_for=timedelta(days=10))
        play.stage.certificates[server] = short
    async with play as here:
        here.leaving = {"replace_certificate"}
        before = here.settings()
        outcome = await here.run()

    assert not claimed.answer.accepted
    assert [finding.code for finding in claimed.answer.findings] == ["certificate-ends-too-soon"]
    assert cancelled.answer.accepted
    assert outcome is Outcome.CANCELLED
    assert here.settings() == before
