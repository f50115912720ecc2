"""Before a cancel or a restore assigns original lists: what was edited meanwhile, and who is silent (rules 16, 18)."""

from collections.abc import Sequence

from engine.contract import WriteAnswer
from rotation.drift.drift import Drift
from rotation.drift.lists import EDITED_MEANWHILE
from rotation.plan.step import Write
from rotation.running.message import Move
from rotation.values import ListName, ServerName
from workflows.running import Running
from workflows.waits.old_certificates import (
    LOOK_AGAIN,
    RESTART,
    is_restore,
    probe,
    restores_all_the_same,
    silent_in_restore,
)


def past_silent(run: Running) -> tuple[ServerName, ...] | None:
    """Past whose silence two persons have a restore go on; None in a cancel, which asks before it begins."""
    return run.state.past_silent if is_restore(run) else None


async def were_asked_about(run: Running, step: Write, written: WriteAnswer) -> bool:
    """Whether a person was asked about the lists of a write that has stopped for them: it is tried again."""
    run.state.asks_first = False
    if written.edited:
        await _ask_about_edits(run, step, written.edited)
    elif written.silent:
        await _ask_about_silent(run, written.silent)
    return bool(written.edited or written.silent)


async def _ask_about_edits(run: Running, step: Write, edited: Sequence[Drift]) -> None:
    """A retry confirms what the lists are now, as they were corrected just before; a later edit is another question."""
    found = [each.finding for each in edited]
    text = "; ".join(f"{each.subject}: {each.message}. {each.remedy[:1].upper()}{each.remedy[1:]}" for each in found)
    await run.ask(EDITED_MEANWHILE, step.title, text, (Move.RETRY,))
    seen = (await probe(run, before=step)).edited
    named = {each.subject for each in found}
    right = ((ListName(each.finding.subject), each.edited_at) for each in seen if each.finding.subject in named)
    run.state.lists_shown = {**run.state.lists_shown, **{name: at for name, at in right if at is not None}}


async def _ask_about_silent(run: Running, servers: Sequence[ServerName]) -> None:
    """A server that is silent may restart, and is waited for; past one that stays so two persons may go on."""
    began = run.host.now()
    while silent := tuple(each for each in (await probe(run)).silent if each in servers):
        if run.host.now() >= began + RESTART:
            if await restores_all_the_same(run, silent_in_restore(", ".join(silent))):
                run.state.past_silent = (*run.state.past_silent, *silent)
            return
        await run.wait(until=run.host.now() + LOOK_AGAIN, summary="wait for a server that is silent")
