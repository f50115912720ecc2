"""References: the policy date that a write has caused, which clients must reach (rule 9)."""

from datetime import timedelta

from engine.contract import ActivityName, ReferenceAnswer, StepRequest
from rotation.plan.step import Gate
from rotation.running.message import Move
from rotation.running.state import Fixing
from workflows.requests import about
from workflows.running import Running

EDIT_A_POLICY = "edit a policy"
_FIRST = timedelta(seconds=1)
_SLOWEST = timedelta(minutes=1)
_PUBLISHED_AFTER = 2
"""A person is asked after so many times the delay that the site allows for publishing."""
_PUBLISHED_AT_LEAST = timedelta(minutes=5)
"""A person is asked no sooner than this."""


async def fix_references(run: Running, gate: Gate) -> None:
    """No move of the policy date after the last write, no proof: a person must look."""
    state = run.state
    delay = state.outline.publish_delay
    patience = max(_PUBLISHED_AT_LEAST, _PUBLISHED_AFTER * delay)
    while True:
        if state.fixing is not None:
            await run.wait(until=state.fixing.look_at, summary="wait for the policy date to move")
        request = StepRequest(ref=about(run.state, gate))
        fixed = await run.call(ActivityName.FIX_REFERENCES, request, ReferenceAnswer, summary="fix the reference")
        if not fixed.missing:
            break
        since = state.fixing.since if state.fixing is not None else run.host.now()
        if run.host.now() - since >= patience:
            await run.ask("serial-did-not-move", gate.title, _text(fixed), (Move.RETRY, Move.CANCEL))
            since = run.host.now()
        now = run.host.now()
        pause = min(max(_FIRST, delay / 16, 2 * (now - since)), max(_SLOWEST, delay / 4))
        state.fixing = Fixing(since=since, look_at=now + pause)
    state.fixing = None


def _text(fixed: ReferenceAnswer) -> str:
    """What has not moved, and what to do about a date that has gone back: nothing that comes by itself moves it."""
    if fixed.older:
        back = ", ".join(fixed.older)
        return (
            f"the policy date of {back} has gone back since the change: the site's database was put back as it was; "
            f"{EDIT_A_POLICY} of {back} in SEPM's console, then retry"
        )
    return f"the policy date of {', '.join(fixed.missing)} did not move after the change: nothing can be proven"
