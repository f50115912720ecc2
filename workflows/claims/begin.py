"""Beginning a replacement: the site is looked at within seconds, right before the work (rule 19)."""

from engine.contract import ActivityName, LookBeforeWorkAnswer, LookBeforeWorkRequest
from rotation.finding import blocking
from rotation.plan.step import Console
from rotation.running.message import Message
from workflows.claims.claim import LAPSED, keep_proof, note_proof
from workflows.requests import about
from workflows.running import Running


async def begin(run: Running, step: Console, message: Message) -> None:
    """The holder is about to replace the certificate. A claim is a beginning too: it has just read all proof.

    1. proof that has lapsed refuses it: the holder is asked to do nothing already
    2. look at what changes with every setting, list and certificate; a site that cannot be seen refuses it
    3. where something has changed, all proof is read again, and refuses it when it does not hold
    4. the holder may begin within ten minutes; the store has until when
    """
    if run.open_task.lapsed_at is None:
        request = LookBeforeWorkRequest(
            ref=about(run.state, step), task_id=run.open_task.id, survey_id=run.open_task.proof_survey
        )
        seen = await run.call(
            ActivityName.LOOK_BEFORE_WORK, request, LookBeforeWorkAnswer, summary="look before the replacement"
        )
        if seen.unseen:
            why = f"the site cannot be looked at: {seen.unseen}"
            run.reply(message, blocking("site-unseen", step.title, why, "begin nothing; ask again when SEPM answers"))
            return
        if seen.moved:
            run.state.task = run.open_task.model_copy(update={"read_again": True})
            await keep_proof(run, step)
    if run.open_task.lapsed_at is not None:
        lacks = next((each.message for each in run.state.attention if each.code == LAPSED), "its proof has lapsed")
        run.reply(message, blocking(LAPSED, step.title, lacks, "begin nothing; ask again when the proof is back"))
        return
    run.state.task = run.open_task.model_copy(update={"begun_at": run.host.now()})
    await note_proof(run)
    run.reply(message)
