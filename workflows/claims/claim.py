"""Claims: an operator takes the task before the work; before a swap, and while it is open, all proof is read again."""

from datetime import datetime

from engine.contract import ActivityName, Counted, EventKind, MoveTaskRequest, NoteProofRequest
from rotation.finding import Finding
from rotation.plan.step import Console, Write
from rotation.plan.work.task import ReplaceCertificate, TaskState
from rotation.running.attention import LAPSED
from rotation.running.message import Message
from rotation.running.moves import refusal
from rotation.running.open_task import OpenTask
from workflows.claims.refused_claim import is_over, refuse
from workflows.claims.swap_proof import SwapProof, keeps_restarted, next_proof, read_proof, read_restarted
from workflows.running import Running
from workflows.waits.looked_before import relaxes, stands_against
from workflows.waits.old_certificates import against_restoring, probes_first
from workflows.waits.unreported import makes_verify


async def claim(run: Running, step: Console | Write, message: Message) -> None:
    """An operator claims the work first; before a swap the claim has all proof read once more (rule 12a).

    Settings are written by hand as over REST: in a cancel and in a restore once each server presents what it must
    (rule 16), else once the look that was made for the claim finds the site as the rotation left it (rule 12b).
    Covered clients that have fallen silent hold nothing: the trail names them, so that their cause can be found later.
    """
    proof = await _proof_now(run, step)
    if proof.findings:
        if run.open_task.claimed_by:  # its holder asks again: what is read counts for the claim that there is
            await _settle(run, step, proof)
        elif isinstance(step, Console):
            await refuse(run, step, proof)
        run.reply(message, *_with_remedies(proof.findings, run.open_task))
        return
    if (late := refusal(message, run.state)) is not None:  # a hold or a cancel came while the proof was read
        run.reply(message, late)
        return
    is_over(run)
    run.drop_attention(LAPSED)
    if swaps(step) or not keeps_restarted(run):
        run.state.restarted = ()
    now = run.host.now()
    update: dict[str, object] = {"claimed_by": message.who, "claimed_at": now, "proven_at": now, "begun_at": now}
    update |= {"lapsed_at": None, "refused": None, "proof_survey": proof.survey_id}
    await _take(run, message, run.open_task.model_copy(update=update), is_swap=swaps(step))
    run.state.task = run.open_task.model_copy(update=update)
    if proof.quiet:
        quiet = f"{step.title}: {'; '.join(proof.quiet)}"
        await run.record(EventKind.QUIET, quiet, http_request=message.http_request)
    run.reply(message)


def _with_remedies(findings: tuple[Finding, ...], task: OpenTask) -> tuple[Finding, ...]:
    """Why a claim is refused; of a replacement, also when its proof is read again."""
    if task.refused is None:
        return findings
    at = f"{task.refused.read_at:%Y-%m-%d %H:%M:%S}"
    if task.claimed_by:
        then = (
            f"begin nothing before the task says that its proof holds; you hold the task still, and its proof is read "
            f"again by itself at {at} UTC, or at once when you ask for it"
        )
    else:
        then = f"claim it again: each claim has its proof read at once; without one it is read at {at} UTC"
    return tuple(each.model_copy(update={"remedy": each.remedy or then}) for each in findings)


async def keep_proof(run: Running, step: Console | Write) -> None:
    """A gate holds while its swap is open: the proof of a claim is read again, and a lapse is shown to the holder.

    Meanwhile the holder is to do nothing: the proof is read on by the heartbeat at first, more seldom the longer
    it is missing, and a person is asked when it does not come back, as after a claim that was refused.
    """
    due = is_due(run)
    # what moves from here on is read once more
    run.state.task = run.open_task.model_copy(update={"read_again": False, "unseen": False})
    if due:
        await _settle(run, step, await _proof_now(run, step))


async def unread(run: Running, step: Console | Write, why: str) -> None:
    """Show the holder that the proof does not count while nothing reads it."""
    task, shown = run.open_task, run.is_raised(LAPSED)
    if task.lapsed_at is None:
        run.state.task = task.model_copy(update={"lapsed_at": run.host.now()})
        await note_proof(run)
    run.raise_attention(LAPSED, step.title, f"{task.claimed_by}, do not replace the certificate now. {why}", ())
    if not shown:
        await run.record(EventKind.ATTENTION, f"{step.title}: the proof has lapsed. {why}")


def is_due(run: Running) -> bool:
    """Whether the proof of a claim is read again: at its time, or since the site has changed."""
    due = _due(run, run.open_task)
    return due is not None and (run.open_task.read_again or run.host.now() >= due)


async def _settle(run: Running, step: Console | Write, proof: SwapProof) -> None:
    """What was read of a claimed task counts from now on: its proof holds, or has lapsed."""
    findings, task, now = proof.findings, run.open_task, run.host.now()
    lapsed_at = (task.lapsed_at or now) if findings else None
    update = {"proven_at": now, "lapsed_at": lapsed_at, "refused": task.refused if findings else None}
    run.state.task = task.model_copy(update=update | {"proof_survey": proof.survey_id})
    if swaps(step) and (task.lapsed_at is None or lapsed_at is None):
        await note_proof(run)
    if not findings:
        run.drop_attention(LAPSED)
        is_over(run)
        return
    if isinstance(step, Console):
        await refuse(run, step, proof)
    text = "; ".join(f"{finding.subject}: {finding.message}" for finding in findings)
    shown = run.is_raised(LAPSED)
    if isinstance(step, Console):
        shown_text = f"{task.claimed_by}, do not replace the certificate now. {text}"
    else:
        shown_text = f"{task.claimed_by}, do not change the settings now. {text}"
    run.raise_attention(LAPSED, step.title, shown_text, ())
    if not shown:
        await run.record(EventKind.ATTENTION, f"{step.title}: the proof has lapsed. {text}")


def _due(run: Running, task: OpenTask) -> datetime | None:
    """When the proof of a claim is read again, if no look at the site finds a drift before; None: it is unclaimed."""
    if not task.claimed_by or task.proven_at is None:
        return None
    if task.lapsed_at is None:
        return task.proof_until
    return task.refused.read_at if task.refused else next_proof(run, task.proven_at, since=task.lapsed_at)


def swaps(step: Console | Write) -> bool:
    """Whether a step is the replacement of a certificate."""
    return isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)


async def _proof_now(run: Running, step: Console | Write) -> SwapProof:
    """Why the work must not be done now."""
    if makes_verify(run, step):
        return await read_restarted(run, step)
    if relaxes(run, step):
        return SwapProof(findings=stands_against(run))
    if isinstance(step, Write):
        return SwapProof(findings=await against_restoring(run, step)) if probes_first(run) else SwapProof()
    return await read_proof(run, step) if isinstance(step.work, ReplaceCertificate) else SwapProof()


async def note_proof(run: Running) -> None:
    """Keep until when the proof counts, and until when its holder may begin, for those who look at the task."""
    task, gone = run.open_task, run.state.withdrawing
    request = NoteProofRequest(
        task_id=task.id,
        proof_until=None if gone else task.proof_until,
        begin_until=None if gone else task.begin_until,
    )
    await run.call(ActivityName.NOTE_PROOF, request, Counted, summary="proof of the claim", of_store=True)


async def _take(run: Running, message: Message, task: OpenTask, *, is_swap: bool) -> None:
    request = MoveTaskRequest(
        task_id=task.id,
        to=TaskState.CLAIMED,
        who=message.who,
        note=message.why,
        at=run.host.now(),
        proof_until=task.proof_until if is_swap else None,
        begin_until=task.begin_until if is_swap else None,
    )
    summary = f"task claimed by {message.who}"
    await run.call(ActivityName.MOVE_TASK, request, Counted, summary=summary, of_store=True)
