"""References: the policy date that a write has caused, which clients must reach (rule 9)."""

from datetime import datetime, timedelta

from engine.contract import ActivityName, EventKind, ReferenceAnswer, StepRequest
from rotation.plan.step import Gate
from rotation.running.message import Move
from rotation.running.state import Fixing
from rotation.running.wait import GateReading
from workflows.requests import about
from workflows.running import Running

EDIT_A_POLICY = "edit a policy"
NOT_MOVED = "serial-did-not-move"
_WAYS = (Move.RETRY, Move.CANCEL)
_FIRST = timedelta(seconds=1)
_SLOWEST = timedelta(minutes=1)
_PUBLISHED_AFTER = 2
"""A person is asked after so many times the delay that the site allows for publishing."""
_PUBLISHED_AT_LEAST = timedelta(minutes=5)
"""A person is asked no sooner than this."""


async def fix_references(run: Running, gate: Gate) -> None:
    """No move of the policy date after the last write, no proof: a person must look."""
    state = run.state
    patience = max(_PUBLISHED_AT_LEAST, _PUBLISHED_AFTER * state.outline.publish_delay)
    if state.fixing is not None and not state.fixing.is_about(gate.id):
        state.fixing = None
    await _answered(run, gate)
    while True:
        if state.fixing is not None:
            await run.wait(until=state.fixing.look_at, summary="wait for the policy date to move")
        request = StepRequest(ref=about(run.state, gate))
        fixed = await run.call(ActivityName.FIX_REFERENCES, request, ReferenceAnswer, summary="fix the reference")
        if not fixed.missing:
            break
        since = state.fixing.since if state.fixing is not None else run.host.now()
        if run.host.now() - since >= patience:
            await run.ask(NOT_MOVED, gate.title, _text(fixed), _WAYS)
            since = run.host.now()
        _look_later(run, gate, since)
    state.fixing = None


def _look_later(run: Running, gate: Gate, since: datetime) -> None:
    """Read the policy date again after a while: the longer it is waited for, the more seldom."""
    now, delay = run.host.now(), run.state.outline.publish_delay
    pause = min(max(_FIRST, delay / 16, 2 * (now - since)), max(_SLOWEST, delay / 4))
    run.state.fixing = Fixing(since=since, look_at=now + pause, gate=gate.id)


async def _answered(run: Running, gate: Gate) -> None:
    """Where a new history began while a person was asked: wait for the answer, then look again at once."""
    asked = next((each.message for each in run.state.attention if each.code == NOT_MOVED), None)
    if asked is not None and run.state.fixing is not None and run.state.fixing.gate == gate.id:
        await run.ask(NOT_MOVED, gate.title, asked, _WAYS)
        _look_later(run, gate, run.host.now())


async def show_gone_back(run: Running, title: str, reading: GateReading) -> None:
    """Show that no client can report what the gate waits for, since the policy date has gone back."""
    if not reading.gone_back:
        run.drop_attention(NOT_MOVED)
        return
    back, shown = ", ".join(reading.gone_back), run.is_raised(NOT_MOVED)
    text = (
        f"the policy date of {back} has gone back since the change: the site's database was put back as it was; "
        f"{EDIT_A_POLICY} of {back} in SEPM's console"
    )
    run.raise_attention(NOT_MOVED, title, text, ())
    if not shown:
        await run.record(EventKind.ATTENTION, f"{title}: {text}", code=NOT_MOVED)


def _text(fixed: ReferenceAnswer) -> str:
    """What has not moved, and what to do about a date that has gone back: nothing that comes by itself moves it."""
    if fixed.older:
        back = ", ".join(fixed.older)
        return (
            f"the policy date of {back} has gone back since the change: the site's database was put back as it was; "
            f"{EDIT_A_POLICY} of {back} in SEPM's console, then retry"
        )
    return (
        f"the policy date of {', '.join(fixed.missing)} did not move after the change: nothing can be proven; "
        "edit a policy of each in SEPM's console, then retry"
    )
