"""Beginning a replacement: the site is looked at within seconds, right before the work (rule 19)."""

from engine.contract import ActivityName, LookBeforeWorkAnswer, LookBeforeWorkRequest
from rotation.finding import blocking
from rotation.plan.step import Console
from rotation.running.attention import LAPSED
from rotation.running.message import Message
from rotation.running.moves import refusal
from workflows.claims.claim import keep_proof, note_proof
from workflows.requests import about
from workflows.running import Running


async def begin(run: Running, step: Console, message: Message) -> None:
    """The holder is about to replace the certificate. A claim is a beginning too: it has just read all proof.

    1. look at what changes with every setting, list and certificate; a site that cannot be seen refuses it
    2. where something has changed, or the proof is due, all proof is read again; proof that has lapsed refuses it
    3. a hold, a cancel or a wish to roll back that came meanwhile refuses it
    4. the holder may begin within ten minutes; the store has until when
    """
    if run.open_task.lapsed_at is None and (unseen := await _look(run, step)):
        why = f"the site cannot be looked at: {unseen}"
        run.reply(
            message, blocking("site-unseen", step.title, why, "begin nothing; send the request again when SEPM answers")
        )
        return
    await keep_proof(run, step)
    if (late := refusal(message, run.state)) is not None:
        run.reply(message, late)
        return
    if run.open_task.lapsed_at is not None or run.open_task.read_again:
        lacks = next((each.message for each in run.state.attention if each.code == LAPSED), "the site is changing")
        run.reply(
            message, blocking(LAPSED, step.title, lacks, "begin nothing; send the request again when the proof is back")
        )
        return
    run.state.task = run.open_task.model_copy(update={"begun_at": run.host.now()})
    await note_proof(run)
    run.reply(message)


async def _look(run: Running, step: Console) -> str:
    """Have all proof read again where the site has changed; why the site could not be looked at."""
    task = run.open_task
    request = LookBeforeWorkRequest(ref=about(run.state, step), task_id=task.id, survey_id=task.proof_survey)
    summary = "look before the replacement"
    seen = await run.call(ActivityName.LOOK_BEFORE_WORK, request, LookBeforeWorkAnswer, summary=summary)
    if seen.moved:
        run.state.task = run.open_task.model_copy(update={"read_again": True})
    return seen.unseen
