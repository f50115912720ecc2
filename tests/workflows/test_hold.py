"""Hold and resume: the rotation stands still before its next act for as long as a person wants."""

from datetime import timedelta

from emulator.events.site_events import ServerCutOff
from emulator.scenarios import one_server
from rotation.plan.work.task import TaskState
from rotation.running.message import Move
from rotation.running.state import Outcome


async def test_a_held_rotation_does_nothing_until_it_is_resumed(played):
    """Held in a gate, it stays there past the gate's time; resumed, it completes. The trail has who and why of both."""

    def seen(name, move, who, why=""):
        def done(here):
            here.kept[name] = (here.state.cursor, here.stage.simulation.effects.report())
            return here.say(move, who, why)

        return done

    def is_held(state):
        return state.held_by == "ann"

    held, twice, *more, resumed = deeds = played.in_turn(
        played.Deed(played.at("A8"), seen("then", Move.HOLD, "ann", "month's end")),
        played.Deed(is_held, lambda here: here.say(Move.HOLD, "bob", "me too")),
        # more messages would move it on, if anything could
        *(played.Deed(is_held, lambda here: here.say(Move.RETRY), after=timedelta(hours=2)) for _ in range(5)),
        played.Deed(is_held, seen("still", Move.RESUME, "eve")),
    )
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=timedelta(minutes=5))) as here:
        here.absent = lambda state: state.held_by
        outcome = await here.run()

    assert held.answer.accepted
    assert "ann already holds" in twice.answer.findings[0].message
    assert not any(deed.answer.accepted for deed in more)
    assert resumed.seen_at - held.seen_at > played.QUICK.gate_patience
    assert resumed.saw.hold_reason == "month's end"
    assert here.kept["still"] == here.kept["then"]
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
    assert here.moves()[:2] == ["hold by ann: month's end", "resume by eve"]


async def test_a_held_task_is_not_closed_by_time_and_goes_on_after_resume(played):
    """Held while a task is open, the rotation opens no other; a task that is done meanwhile counts after the resume."""
    heartbeat = timedelta(minutes=5)

    async def resume(here):
        here.kept["then"] = (await here.stage.store.tasks.get(here.state.task.id)).state
        return here.say(Move.RESUME, "bob")

    def replacing(state):
        return state.task is not None and state.step.number == "A9"

    claimed, held, _, resumed = deeds = played.in_turn(
        played.Deed(replacing, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)),
        played.Deed(replacing, lambda here: here.say(Move.HOLD, "bob", "wait")),
        played.Deed(lambda state: state.held_by, lambda here: here.hands.do(here.state.step.work)),
        played.Deed(lambda state: state.held_by, resume, after=3 * heartbeat),
    )
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=heartbeat)) as here:
        here.absent = lambda state: replacing(state) and not resumed.done
        outcome = await here.run()

    assert all(deed.answer.accepted for deed in (claimed, held, resumed))
    assert resumed.saw.held_by == "bob"
    assert here.kept["then"] is TaskState.CLAIMED
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_clients_that_a_replacement_silences_are_shown_while_the_rotation_is_held(played):
    """The gate reads on: a person is called within three heartbeats, and SEPM is sent nothing until the resume."""
    heartbeat = timedelta(minutes=5)

    def is_held(state):
        return bool(state.held_by)

    def hold(here):
        away = ServerCutOff(server="SEPM-1", lasting=timedelta(hours=3), from_product=False, from_clients=True)
        here.stage.simulation.schedule(away, here.stage.clock.now())
        here.kept["then"] = here.stage.simulation.effects.report()
        return here.say(Move.HOLD, "ann", "month's end")

    def resume(here):
        here.kept["still"] = here.stage.simulation.effects.report()
        return here.say(Move.RESUME, "ann")

    held, seen, _ = deeds = played.in_turn(
        played.Deed(played.at("A10b"), hold),
        played.Deed(played.asked("silent-after-swap"), lambda _: None),
        played.Deed(is_held, resume, after=timedelta(hours=4)),
    )
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=heartbeat)) as here:
        here.absent = is_held
        assert await here.run() is Outcome.COMPLETED
    assert held.answer.accepted
    assert seen.saw.held_by == "ann"
    assert seen.seen_at - held.seen_at < 4 * heartbeat + timedelta(minutes=10)
    assert here.kept["still"] == here.kept["then"]
    assert here.lost() == []
