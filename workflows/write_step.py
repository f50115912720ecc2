"""Settings over REST: written, read back; where that changes nothing, a person does it by hand."""

from engine.contract import ActivityName, WriteAnswer, WriteRequest
from rotation.message import Move
from rotation.plan import Write
from rotation.state import Phase
from workflows.console_step import console_task
from workflows.requests import about
from workflows.running import Running


async def write(run: Running, step: Write) -> None:
    """Bring one setting of every relaxed pair to what the step wants.

    1. look at every pair, write where it differs, read back; a 200 is no proof
    2. pairs that REST did not change become one console task, closed by reading them
    3. while turning back, every write is preceded by a probe: a new certificate stops it and asks
    """
    turning_back = run.state.phase is Phase.TURNING_BACK
    if run.state.task is None:
        while True:
            request = WriteRequest(
                ref=about(run.state, step), field=step.field, restores=step.restores, turning_back=turning_back
            )
            written = await run.call(ActivityName.WRITE_SETTINGS, request, WriteAnswer, summary=step.title)
            if written.new_certificate_at is None:
                break
            text = f"{written.new_certificate_at} presents the new certificate: restoring would cut clients off"
            await run.ask("swapped-while-turning-back", step.title, text, (Move.RETRY,))
        if not written.refused:
            return
        run.raise_attention("written-by-hand", step.title, f"REST left {written.refused} pairs: {written.reason}", ())
    await console_task(run, step, by_hand=True)
    run.drop_attention("written-by-hand")
