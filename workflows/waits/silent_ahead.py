"""A server that stays down on the way back before its turn: two persons go on while it is down (rules 15 and 20)."""

from engine.contract import EventKind
from rotation.drift.presented import SILENT
from rotation.plan.step import Step
from rotation.running.attention import SECOND, SILENT_AHEAD, digest
from rotation.running.message import Move
from rotation.running.state import Proceed
from rotation.values import ServerName
from workflows.hosts.procedure_change import ProcedureChange
from workflows.people import second_person
from workflows.plan_loading import adopt_other_way_back
from workflows.running import Running
from workflows.waits import due_server


def was_answered(run: Running) -> bool:
    """Whether something follows now from an answer.

    A second person is asked, or the way back goes on; or the second person has declined, and it is asked again.
    """
    return second_person.was_answered(run, (SILENT_AHEAD,)) or (
        _is_late(run) and _wish(run) is None and not run.is_raised(SILENT_AHEAD)
    )


async def follow(run: Running, step: Step) -> None:
    """Behind a look: ask about the servers that it found silent, and for which the other old certificates wait.

    1. a heartbeat and a restart pass first, a quarter of an hour at least
    2. one person proceeds, and a second one is asked; where other servers are silent by then, or none, the wish is over
    3. approved, and silent by this look too: an amendment names the servers, and the next look does not wait for them
    """
    state, silent = run.state, _silent(run)
    if state.outline.purpose != "roll-back" or not run.host.goes_by(ProcedureChange.GOES_BACK_PAST_SILENT):
        return
    wished, about = _wish(run), digest(*silent)
    if wished is not None and wished.key != about:
        wished = state.proceed = None
        run.drop_attention(SECOND)
    if not silent:
        state.silent_ahead_since = None
        run.drop_attention(SILENT_AHEAD)
        return
    state.silent_ahead_since = state.silent_ahead_since or run.host.now()
    if wished is not None and wished.approved_by:
        await _go_on(run, step, wished, silent)
    else:
        await _ask(run, wished, silent, about)


async def _ask(run: Running, wished: Proceed | None, silent: tuple[ServerName, ...], about: str) -> None:
    names = ", ".join(silent)
    if wished is not None:
        text = (
            f"{wished.asked_by} wants to go on while {names} is down, and each client that trusts no other server is "
            f"cut off until it is up: {wished.why}"
        )
        await run.ask_on(SECOND, names, text, (Move.APPROVE, Move.RETRY))
    elif _is_late(run):
        text = (
            f"{names} does not answer, and the other old certificates wait for it: bring it up. Where it is down "
            "for good, proceed to go on with them, if a second person approves: a client that trusts no other "
            "server is cut off until it is up, and at its turn two persons may leave it out"
        )
        await run.ask_on(SILENT_AHEAD, names, text, (Move.PROCEED,), about=about)


async def _go_on(run: Running, step: Step, wished: Proceed, silent: tuple[ServerName, ...]) -> None:
    state, names = run.state, ", ".join(silent)
    await adopt_other_way_back(run, step, summary=f"go on while {names} is down", goes_on_without=silent)
    state.proceed, state.look_at = None, run.host.now()
    for code in (SECOND, SILENT_AHEAD):
        run.drop_attention(code)
    text = f"{names} is down; {wished.asked_by} and {wished.approved_by} go on with the others: {wished.why}"
    await run.record(EventKind.ADOPTED, text, code=SILENT_AHEAD, subject=names)


def _is_late(run: Running) -> bool:
    """Whether a server has been silent for longer than it takes to restart."""
    since = run.state.silent_ahead_since
    return since is not None and run.host.now() >= since + due_server.patience(run)


def _wish(run: Running) -> Proceed | None:
    return second_person.wish(run, (SILENT_AHEAD,))


def _silent(run: Running) -> tuple[ServerName, ...]:
    found = (each for each in run.state.drift if each.code == SILENT and each.blocks and not each.others)
    return tuple(sorted(ServerName(each.subject) for each in found))
