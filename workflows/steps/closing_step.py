"""The closing check: every setting as recorded, every certificate as planned, who was born, and who came back."""

from collections.abc import Iterable

from engine.contract import ActivityName, ClosingAnswer, EventKind, StepRequest
from rotation.finding import Finding
from rotation.plan.step import Closing, ScopeName
from rotation.proof.gate import next_reading
from rotation.running.attention import EXPORT_WANTED
from rotation.running.message import Move
from rotation.running.wait import GateReading
from workflows.hosts.procedure_change import ProcedureChange
from workflows.people import lost_pairs, second_person
from workflows.requests import about
from workflows.running import Running
from workflows.steps import newborn_step, signed_gate
from workflows.steps.drift_step import look, look_due, was_answered
from workflows.waits.proof_wait import note, open_wait, wait_of

_DIFFERS = "site-differs"
_AS_IT_IS = "with the site as it is"


async def closing(run: Running, step: Closing) -> None:
    """One last full reading: every setting as recorded, every certificate as planned, who was born, who came back.

    What differs is put right, or two persons leave it so. It is looked at again when a person has answered that, or
    what was asked about drift meanwhile: one answer is enough.
    Where several clients of one build were there before the last replacement, and none of them was heard since, it is
    read on until one is, or until its limit. So it is at a site without REST until an export shows who is back.
    """
    if run.state.wait is None:
        open_wait(run, step, step.minimum, step.patience, run.state.outline.owners(ScopeName.ALL))
    await run.wait(until=wait_of(run).due, summary="every client back?")
    if not wait_of(run).readings or not run.host.goes_by(ProcedureChange.ONE_LOOK_IN_CLOSING):
        await look(run, step)
    while (checked := await _checked(run, step)) is None:
        pass
    reading = checked.reading
    if reading.waiting_names:
        await run.record(EventKind.QUIET, f"{step.title}: {_not_back(reading)}")
    text = f"{reading.covered} of {reading.total} clients are back"
    if checked.adopted:
        text = f"{text}; left as they are: {', '.join(checked.adopted)}"
    await run.record(EventKind.GATE_PASSED, f"{step.title}: {text}")
    run.state.wait = None
    run.drop_attention(_DIFFERS)
    run.drop_attention(EXPORT_WANTED)


def _not_back(reading: GateReading) -> str:
    if reading.asks is not None:
        return f"no export shows which of these clients are back: {reading.waiting_shown}"
    return f"not back within three heartbeats, perhaps switched off: {reading.waiting_shown}"


async def _checked(run: Running, step: Closing) -> ClosingAnswer | None:
    """The answer of a check that leaves nothing open; None where it is to be made again."""
    if was_answered(run):
        await look(run, step)
    request = StepRequest(ref=about(run.state, step), exported_from=wait_of(run).due)
    checked = await run.call(ActivityName.CHECK_CLOSING, request, ClosingAnswer, summary="closing check")
    await note(run, step, checked.reading)
    if not await newborn_step.all_known(run, step, checked.born):
        return None
    if checked.gone.id is not None:
        await lost_pairs.all_there(run, step, checked.gone)
        return None
    if checked.findings and not await _ends_so(run, step, checked.findings):
        return None
    left = await signed_gate.put_back(run, step)
    if left and not await _ends_so(run, step, left):
        return None
    return None if await _waited(run, step, checked.reading) else checked


async def _waited(run: Running, step: Closing, reading: GateReading) -> bool:
    """Whether the closing check waited for an export, or for a client of each build, and is to be made again."""
    wait, now = wait_of(run), run.host.now()
    if reading.asks is None:
        run.drop_attention(EXPORT_WANTED)
    if (reading.asks is None and not reading.absent_builds) or now >= wait.limit:
        return False
    if reading.asks is not None:
        until = f"{wait.limit:%Y-%m-%d %H:%M} UTC"
        text = f"{reading.asks.text}. Without one the rotation ends at {until}, and names every client as not back"
        await run.ask_on(EXPORT_WANTED, step.title, text, ())
    at = next_reading(now, opened=wait.opened_at, due=wait.due, heartbeat=wait.heartbeat)
    at = at if reading.asks is None else min(at, wait.limit)
    run.state.wait = wait.model_copy(update={"next_at": at})
    if reading.asks is not None:
        summary = f"{step.number}: wait for an export of the clients"
    else:
        summary = f"{step.number}: wait for a client of {', '.join(reading.absent_builds)}"
    await run.wait(
        until=at,
        summary=summary,
        ready=lambda: look_due(run) or (reading.asks is not None and wait_of(run).next_at != at),
    )
    if look_due(run):
        await look(run, step)
    return True


async def _ends_so(run: Running, step: Closing, findings: Iterable[Finding]) -> bool:
    """Whether two persons leave the site as it is; else it is checked again when a person has put it right."""
    left = "; ".join(f"{finding.subject}: {finding.message}" for finding in findings)
    if second_person.wish(run, (_DIFFERS,)) is None:
        text = f"{left}. Put it right and retry; or proceed to leave it so, if a second person approves"
        await run.ask(_DIFFERS, step.title, text, (Move.RETRY, Move.PROCEED), until=lambda: was_answered(run))
    by = await second_person.approved(run, step.title, (_DIFFERS,), f"{_AS_IT_IS}: {left}")
    if by:
        await run.record(EventKind.ADOPTED, f"{left}; {by} leave it so", code=_DIFFERS)
    return bool(by)
