"""Gates of a site without REST ask people for an export or a statement; a statement needs a second person."""

from datetime import datetime

from engine.contract import ActivityName, EventKind, StateCoverageRequest, StatedAnswer
from rotation.console.statement import untrue
from rotation.finding import Finding
from rotation.plan.step import Gate, Holdout
from rotation.running.attention import SECOND, WANTED
from rotation.running.message import Move
from rotation.running.state import Proceed
from rotation.running.wait import GateReading
from workflows.people import second_person
from workflows.requests import about
from workflows.running import Running


async def ask(run: Running, step: Gate | Holdout, reading: GateReading, due: datetime) -> None:
    """After a reading: have people asked for what it lacks, without standing still.

    1. nothing is asked for before the minimum; exports count before it, too
    2. a statement is shown to a second person, who approves it, or has it taken back (retry); where the gate shows
       another number of clients by then, it is void
    3. approved, it is kept, its clients are covered, and the gate is read at once
    """
    stated = wish(run)
    if stated is not None and (other := _other_by_now(stated, reading)):
        run.state.proceed = None
        run.drop_attention(SECOND)
        await _wants(run, step, f"{other.message}: state it again")
    elif stated is not None and stated.approved_by:
        await _take(run, step, stated)
    elif stated is not None:
        text = f"{stated.asked_by} states of the console: {stated.why} ({_shown(stated)})"
        await run.ask_on(SECOND, step.title, text, (Move.APPROVE, Move.RETRY))
    elif reading.asks is None:
        run.drop_attention(WANTED)
    elif run.host.now() >= due:
        await _wants(run, step, reading.asks.text)


def forget(run: Running) -> None:
    """The gate begins again: what was stated of it, and that it asks for a statement, was about what is over."""
    if wish(run) is not None:
        run.state.proceed = None
        run.drop_attention(SECOND)
    run.drop_attention(WANTED)


def wish(run: Running) -> Proceed | None:
    """The statement that waits, where there is one."""
    return second_person.wish(run, (WANTED,))


def _other_by_now(stated: Proceed, reading: GateReading) -> Finding | None:
    """Why a statement that waits is not true any more, by a newer export."""
    return untrue(stated.evidence, reading.asks) if reading.asks is not None else None


async def _take(run: Running, step: Gate | Holdout, stated: Proceed) -> None:
    state = run.state
    request = StateCoverageRequest(
        ref=about(state, step),
        evidence=stated.evidence,
        stated_by=stated.asked_by,
        approved_by=stated.approved_by,
        why=stated.why,
        stated_at=stated.stated_at or run.host.now(),
    )
    taken = await run.call(ActivityName.STATE_COVERAGE, request, StatedAnswer, summary="keep what was stated")
    state.proceed = None
    if taken.unknown:
        text = f"the statement names {', '.join(taken.unknown)}, and the site has no such clients: state it again"
        await _wants(run, step, text)
        return
    if taken.repeated:
        names = ", ".join(taken.repeated)
        text = f"the statement names {names} more often than the site has clients of that name: state it again"
        await _wants(run, step, text)
        return
    who = f"{stated.asked_by} and {stated.approved_by}"
    text = f"{taken.count} clients are covered by {who}, by what the console shows"
    run.note(EventKind.MESSAGE, text)
    if state.wait is not None:
        state.wait = state.wait.model_copy(update={"next_at": run.host.now()})


async def _wants(run: Running, step: Gate | Holdout, text: str) -> None:
    content = run.state.wait.statement if run.state.wait is not None else ""
    await run.ask_on(WANTED, step.title, text, (Move.STATE_GATE,), content=content)


def _shown(stated: Proceed) -> str:
    return ", ".join(f"{name}: {value}" for name, value in sorted(stated.evidence.items()) if value)
