"""Signals that cannot be read, in whole rotations: shown, recorded once, over with the next message or step."""

from datetime import timedelta

from emulator.scenarios import one_server
from rotation.running.message import Move
from rotation.running.refused_input import UNREAD, RefusedInput, RefusedKind
from rotation.running.state import Outcome
from tests.replaying import replay

HEARTBEAT = timedelta(minutes=5)


async def test_a_rotation_ends_well_in_spite_of_them(stage):
    """A held rotation shows them until a person speaks, and stores one event; it obeys a cancel, ends, and replays."""
    here = stage(one_server(clients=8, heartbeat=HEARTBEAT))
    await here.register()

    async with here.running(leaving={"replace_certificate"}) as handle:
        await here.task(handle, "replace_certificate")
        await here.say(handle, Move.HOLD, who="ann", why="lunch")
        await handle.signal(Move.RESUME.value)
        await handle.signal(Move.RESUME.value, args=[{}, {}])
        await handle.signal(Move.RESUME.value, {"who": "<b>ann</b>"})
        shown = await here.until(handle, lambda state: "it was signed as plain" in state.refused)
        raised = [each.code for each in shown.attention]
        assert (await here.say(handle, Move.RESUME, who="ann")).accepted
        after = await here.state(handle)
        assert (await here.say(handle, Move.CANCEL, who="ann", why="enough")).accepted
        result = await here.end(handle)
        history = await handle.fetch_history()

    assert raised == [UNREAD] == ["signal-refused"]
    assert (UNREAD in {each.code for each in after.attention}, after.refused) == (False, "")
    assert result.outcome is Outcome.CANCELLED
    assert here.lost() == []
    recorded = [event.message for event in await here.story() if event.kind == "attention"]
    assert len(recorded) == 1
    # those that come together are recorded as one, the newest
    whys = (
        "it came with no value, and takes one value. send",
        "it came with 2 values, and takes one value. send",
        "it was signed as plain, and stands where message is read. send",
    )
    assert recorded[0].startswith(tuple(f"signal resume: it was not obeyed: {why}" for why in whys))
    await replay(history)


async def test_the_attention_is_over_with_its_step(played):
    """Where no other message comes, what was sent by mistake is not shown for ever."""

    def click(here):
        here.state.unread = RefusedInput(
            kind=RefusedKind.SIGNAL, name="hold", why="it came with no value, and takes one value"
        )

    clicked, sees, later = deeds = played.in_turn(
        played.Deed(played.at("A8"), click),
        played.Deed(lambda state: any(each.code == UNREAD for each in state.attention), lambda _: None),
        played.Deed(played.at("A9"), lambda _: None),
    )
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=HEARTBEAT)) as here:
        outcome = await here.run()
    assert clicked.done
    assert sees.saw.step.number == "A8"
    assert later.saw.attention == ()
    assert outcome is Outcome.COMPLETED
