"""Clients are read while a person is waited for: no gate reads them then (rule 22)."""

from datetime import datetime, timedelta
from typing import Protocol

from engine.contract import ActivityName, EventKind, SilentAnswer, StepRequest
from rotation.running.state import RotationState
from workflows.hosts.host import ActivityRefusedError
from workflows.hosts.insisting import Waits
from workflows.hosts.procedure_change import ProcedureChange
from workflows.requests import about
from workflows.silence.texts import AFTER_SWAP, SILENCED, silent, what_to_do

_PACE = timedelta(hours=1)
"""Where clients report more often, a history of a task that is open for weeks stays short."""
_SUMMARY = "read clients while a person is waited for"


class Reads(Waits, Protocol):
    """What of a rotation is needed to read clients and to show what they tell."""

    state: RotationState

    async def record(self, kind: EventKind, message: str, *, code: str = "") -> None:
        """Store an event before going on."""

    def is_raised(self, code: str) -> bool:
        """Whether an attention of that code is shown."""


def reads_at(run: Reads) -> datetime | None:
    """When clients are read next while a task or a question is open, or a person holds the rotation; None: not now.

    A heartbeat after the last reading, an hour at least. Before the first replacement, too: such a reading names no
    client, and shows which of them are off at night.
    """
    state = run.state
    if state.outline.purpose not in {"rotate", "roll-back"} or state.puts_back or state.step is None:
        return None
    if not (state.task is not None or state.held_by or any(each.options for each in state.attention)):
        return None
    if not run.host.goes_by(ProcedureChange.READS_BESIDE):
        return None
    slowest = max((each.slowest_heartbeat for each in state.outline.scopes), default=_PACE)
    return (state.clients_read_at or state.started_at) + max(slowest, _PACE)


async def read(run: Reads) -> None:
    """Read them once, and show those that fell silent. SEPM that does not answer is asked again a heartbeat later."""
    state, step = run.state, run.state.step
    if step is None:
        return
    state.clients_read_at = run.host.now()
    request = StepRequest(ref=about(state, step))
    pending = run.host.start(ActivityName.READ_SILENT, request, SilentAnswer, summary=_SUMMARY, patient=False)
    await run.until_done(pending, _SUMMARY)
    try:
        seen = pending.answer()
    except ActivityRefusedError:
        return
    reading = state.wait.reading if state.wait is not None else None
    of_gate = reading.silent_after_swap if reading is not None else 0
    if seen.count <= of_gate:
        if not of_gate:
            run.drop_attention(AFTER_SWAP)
        return
    text, then = silent(seen.count, ", ".join(seen.names)), what_to_do(state.outline.purpose)
    await show(run, AFTER_SWAP, SILENCED, text, then)


async def show(run: Reads, code: str, subject: str, text: str, then: str) -> None:
    """Show clients in trouble, and what to do `then`; recorded once, though the text changes with each reading."""
    shown = run.is_raised(code)
    run.raise_attention(code, subject, f"{text}; {then}", ())
    if not shown:
        await run.record(EventKind.ATTENTION, f"{subject}: {text}", code=code)
