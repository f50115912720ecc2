"""Settings over REST: written, read back; where that changes nothing, a person does it by hand."""

from engine.contract import ActivityName, WriteAnswer, WriteRequest
from rotation.plan.step import Write
from rotation.running.message import Move
from rotation.running.state import Phase
from workflows.console_step import console_task
from workflows.drift_step import alarm
from workflows.lost_pairs import all_there
from workflows.old_certificates import SWAPPED, all_old
from workflows.requests import about
from workflows.running import Running

_BY_HAND = "written-by-hand"


async def write(run: Running, step: Write) -> None:
    """Bring one setting of every relaxed pair to what the step wants.

    1. look at every pair, write where it differs, read back; a 200 is no proof
    2. pairs that REST did not change become console tasks, one for each value, closed by reading them
    3. look again, until no pair differs
    4. a pair to be put back that is not there any more is asked about: it was deleted, or its group inherits now
    5. while turning back, every write is preceded by a probe, by hand as over REST: another certificate than the old
       one stops it and asks
    """
    while run.state.task is not None or await _left_by_rest(run, step):
        if run.state.task is None and run.state.phase is Phase.TURNING_BACK:
            await all_old(run)
        await console_task(run, step, by_hand=True)
    run.drop_attention(_BY_HAND)


async def _left_by_rest(run: Running, step: Write) -> bool:
    """Write what differs; whether pairs are left that REST did not change."""
    request = WriteRequest(
        ref=about(run.state, step),
        field=step.field,
        restores=step.restores,
        turning_back=run.state.phase is Phase.TURNING_BACK,
    )
    while True:
        written = await run.call(ActivityName.WRITE_SETTINGS, request, WriteAnswer, summary=step.title)
        alarm(run, *written.third)
        if written.new_certificate_at is None:
            if await all_there(run, step.title, written.gone):
                break
            continue
        text = f"{written.new_certificate_at} does not present the old certificate: restoring would cut clients off"
        await run.ask(SWAPPED, step.title, text, (Move.RETRY,))
    if written.refused:
        run.raise_attention(_BY_HAND, step.title, f"REST left {written.refused} pairs: {written.reason}", ())
    return bool(written.refused)
