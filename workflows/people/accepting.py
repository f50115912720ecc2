"""Going on with what was found as it is: people are shown some of it, and all of it is accepted."""

from engine.contract import AcceptRequest, ActivityName, Counted, EventKind
from rotation.finding import Shown
from rotation.plan.step import Step
from workflows.requests import about
from workflows.running import Running


async def accept(run: Running, step: Step, found: Shown, how: str) -> None:
    """Keep that people accept all that was `found`, and record what they were shown."""
    if found.id is None:
        return
    request = AcceptRequest(ref=about(run.state, step), found=found.id, by=run.chosen_by)
    await run.call(ActivityName.ACCEPT_FOUND, request, Counted, summary="go on with it as it is", of_store=True)
    for each in found.some:
        text = f"{each.subject}: {each.message}; {how}"
        await run.record(EventKind.ADOPTED, text, code=each.code, subject=each.subject)
