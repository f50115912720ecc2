"""Going on in spite of something: one person wishes it, a second one approves it."""

from collections.abc import Collection

from rotation.running.attention import DRIFT, SECOND, SILENT_AHEAD
from rotation.running.message import Move
from rotation.running.state import Proceed
from workflows.running import Running


def wish(run: Running, codes: Collection[str]) -> Proceed | None:
    """The wish to go on that answers an attention of one of these codes, where there is one."""
    proceed = run.state.proceed
    return proceed if proceed is not None and proceed.about in codes else None


def was_answered(run: Running, codes: Collection[str]) -> bool:
    """Whether such a wish waits to be obeyed: it is new, or it was approved."""
    wished = wish(run, codes)
    return wished is not None and (bool(wished.approved_by) or not run.is_raised(SECOND))


def over(run: Running) -> None:
    """What a wish was about is over, and so is the wish: but for one about the site, which stays as it is."""
    if wish(run, (DRIFT, SILENT_AHEAD)) is None:
        run.state.proceed = None
        run.drop_attention(SECOND)


async def approved(run: Running, subject: str, codes: Collection[str], what: str) -> str:
    """Whose wish and whose approval it is to go on in spite of `what`; nothing where it was not approved.

    The wish is over either way.
    """
    wished = wish(run, codes)
    if wished is not None and not wished.approved_by:
        text = f"{wished.asked_by} wants to go on {what}: {wished.why}"
        await run.ask(SECOND, subject, text, (Move.APPROVE, Move.RETRY))
        wished = wish(run, codes)
    run.state.proceed = None
    return f"{wished.asked_by} and {wished.approved_by}" if wished is not None and wished.approved_by else ""
