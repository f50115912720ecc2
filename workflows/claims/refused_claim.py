"""A claim that was refused, or whose proof has lapsed: a person is asked when the proof does not come back by itself.

A refused claim leaves the task unclaimed. When proof lapses, the claim stays: its holder is asked to do nothing.
"""

from datetime import timedelta

from engine.contract import ActivityName, EventKind, LeftOutAnswer
from rotation.plan.step import Console, Write
from rotation.proof.gate import minimum
from rotation.running.attention import SECOND, digest
from rotation.running.message import Move
from rotation.running.open_task import RefusedClaim
from rotation.running.state import Proceed
from workflows.claims.swap_proof import RAREST, SwapProof, next_proof, read_proof
from workflows.hosts.procedure_change import ProcedureChange
from workflows.requests import about, left_out
from workflows.running import Running

ASKED = "claim-refused"
_GATES = 2
"""A person is asked when the proof has not come back in so many times the three heartbeats that a gate takes."""
_AT_LEAST = timedelta(hours=8)
"""A person is asked no sooner than this."""


async def refuse(run: Running, step: Console, proof: SwapProof) -> None:
    """Have the proof read on, since a claim was refused or its proof has lapsed; the task has when it is read next."""
    now, task = run.host.now(), run.open_task
    refused = _keep(run, task.refused or RefusedClaim(since=now, read_at=now), proof)
    await _ask_when_late(run, step, refused, proof, is_new=task.refused is None or not task.claimed_by)


def is_over(run: Running) -> None:
    """The proof is there again, or the task is given back: what was asked about it, and wished, is void."""
    run.drop_attention(ASKED)
    if run.state.proceed is not None and run.state.proceed.about == ASKED:
        run.drop_attention(SECOND)
        run.state.proceed = None


def was_answered(run: Running) -> bool:
    """Whether a person has answered, and nothing has followed yet."""
    refused = run.state.task.refused if run.state.task else None
    return refused is not None and refused.asked and not run.is_raised(ASKED) and not run.is_raised(SECOND)


async def read_on(run: Running, step: Console | Write) -> None:
    """Read the proof again although no person claims the task: each reading finds which policies are right.

    1. at first by the heartbeat, more seldom the longer it lasts, until a person claims the task again
    2. clients that hold the wanted policy, as each reading finds them, are proven by it as by a gate's own readings
    3. after twice the time that a gate takes a person is shown what is missing of whom, and asked: try again (and be
       asked later), proceed without these clients if a second person approves, or cancel; that no client of the site
       reports is asked about when a person claims, and two persons may go on in spite of it
    """
    refused = run.open_task.refused
    if refused is None or not isinstance(step, Console):
        return
    if was_answered(run):
        refused = await _obey(run, step, refused)
    if run.open_task.lapsed_at is not None or run.host.now() < refused.read_at:
        return  # lapsed proof of a claim is read in `claim`
    proof = await read_proof(run, step)
    refused = _keep(run, refused, proof)
    if proof.findings:
        await _ask_when_late(run, step, refused, proof)
    else:
        is_over(run)


def _keep(run: Running, refused: RefusedClaim, proof: SwapProof) -> RefusedClaim:
    """What was read of the proof. A question about another cause than there is now is void."""
    now, is_missing = run.host.now(), bool(proof.findings)
    void = refused.seconded and not is_missing and run.host.goes_by(ProcedureChange.VOID_WISHES_END)
    asked, seconded = refused.asked and is_missing, refused.seconded and not void
    if not seconded and refused.all_silent is not proof.is_silence:
        is_over(run)
        asked = False
    update = {
        "since": refused.since if is_missing else now,
        "read_at": next_proof(run, now, since=refused.since),
        "asked": asked,
        "seconded": seconded,
        "gates": proof.gates if proof.lacks_clients_only else (),
    }
    if not seconded:
        update |= {"waiting": proof.waiting, "named": proof.names, "keys": proof.keys, "all_silent": proof.is_silence}
    return _changed(run, refused, **update)


def _changed(run: Running, refused: RefusedClaim, **update: object) -> RefusedClaim:
    kept = refused.model_copy(update=update)
    run.state.task = run.open_task.model_copy(update={"refused": kept})
    return kept


def _patience(run: Running) -> timedelta:
    return max(_GATES * minimum(run.state.outline.scopes), _AT_LEAST)


async def _ask_when_late(
    run: Running, step: Console, refused: RefusedClaim, proof: SwapProof, *, is_new: bool = False
) -> None:
    """Show what is missing without standing still: the proof is read on meanwhile.

    Where no client reports, an operator who claims the task is asked at once: they may have chosen a day on which all
    computers are off.
    """
    at_once = is_new and refused.all_silent
    since = max(refused.since, run.state.lists_until or refused.since)  # that wait ends by itself
    late = run.host.now() >= since + _patience(run)
    if run.is_raised(SECOND) or was_answered(run) or not (at_once or late):
        return
    missing = "; ".join(f"{finding.subject}: {finding.message}" for finding in proof.findings)
    slowest = max((owner.slowest_heartbeat for owner in run.state.outline.scopes), default=RAREST)
    then = f"have these computers report, and leave the policies of their groups alone for {3 * slowest}"
    options: tuple[Move, ...] = (Move.RETRY, Move.PROCEED, Move.CANCEL)
    if refused.all_silent:
        text = (
            f"its proof is missing since {refused.since:%Y-%m-%d %H:%M} UTC. {missing}. Find out whether these "
            "computers are on. If they are, retry to wait until SEPM shows that they report; or proceed where they are "
            "switched off, if a second person approves"
        )
    elif refused.gates:
        text = (
            f"its proof is missing since {refused.since:%Y-%m-%d %H:%M} UTC. {missing}. {then}; or retry to wait on, "
            "or proceed to leave them out, if a second person approves: they would be cut off"
        )
    else:
        options = (Move.RETRY, Move.CANCEL)
        text = f"its proof is missing since {refused.since:%Y-%m-%d %H:%M} UTC. {missing}. {then}; or retry to wait on"
    shown = run.is_raised(ASKED)
    run.raise_attention(ASKED, step.title, text, run.offered(options), content=_content(step, refused, proof))
    _changed(run, refused, asked=True)
    if not shown:
        await run.record(EventKind.ATTENTION, f"{step.title}: {text}")


def _content(step: Console, refused: RefusedClaim, proof: SwapProof) -> str:
    """What an answer decides about: all clients that are missing, named or not. What each of them lacks may change."""
    found = sorted([each.code, each.subject] for each in proof.findings)
    return digest(step.id, refused.since.isoformat(), proof.waiting, proof.keys, found)


async def _obey(run: Running, step: Console, refused: RefusedClaim) -> RefusedClaim:
    """Do what a person has answered: wait on; if a second person approves, leave clients out or go on in silence."""
    proceed = run.state.proceed if run.state.proceed and run.state.proceed.about == ASKED else None
    if proceed is not None and not proceed.approved_by and not refused.seconded:
        count = refused.waiting
        text = f"{proceed.asked_by} wants to go on without {count} clients: {proceed.why}"
        if refused.all_silent:
            text = f"{proceed.asked_by} wants to replace the certificate though no client reports: {proceed.why}"
        run.raise_attention(SECOND, step.title, text, (Move.APPROVE, Move.RETRY))
        await run.record(EventKind.ATTENTION, f"{step.title}: {text}")
        return _changed(run, refused, seconded=True)
    if proceed is not None and proceed.approved_by:
        proof = await read_proof(run, step)
        if refused.all_silent and (proof.is_silence or not proof.findings):
            run.state.task = run.open_task.model_copy(update={"silence_accepted": proof.is_silence})
        elif is_as_approved(proof, refused):
            await _leave_out(run, step, refused, proceed)
        else:
            text = "other clients are missing now than those that two persons decided about: the rotation asks again"
            if refused.all_silent:
                text = "something else stands against the replacement now: two persons have not decided about that"
            await run.record(EventKind.MESSAGE, f"{step.title}: {text}")
    if proceed is not None:
        run.state.proceed = None
    now = run.host.now()
    return _changed(run, refused, since=now, read_at=now, asked=False, seconded=False)


def is_as_approved(proof: SwapProof, refused: RefusedClaim) -> bool:
    """Whether the clients that are missing are those of which the second person was asked, or some of them.

    That they are some of them shows only where every one is named.
    """
    fewer = proof.waiting == len(proof.names) and set(proof.names) <= set(refused.named)
    return proof.lacks_clients_only and (proof.keys == refused.keys or fewer)


async def _leave_out(run: Running, step: Console, refused: RefusedClaim, proceed: Proceed) -> None:
    for gate in refused.gates:
        request = left_out(run.state, about(run.state, step, other=gate), proceed)
        await run.call(ActivityName.LEAVE_OUT, request, LeftOutAnswer, summary="leave the named clients out")
