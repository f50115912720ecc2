"""The drill with HTTPS shut: since when it is, as the loop keeps it, and what a person is told meanwhile (rule 18)."""

from datetime import timedelta
from typing import TypeGuard

from engine.contract import EventKind, ObserveTaskAnswer
from rotation.plan.https_drill import ShutHttps
from rotation.plan.left_shut import shut_at
from rotation.plan.step import Console, Gate, GatePurpose, ScopeName, Step
from rotation.proof.gate import minimum
from rotation.running.message import Move
from rotation.running.state import GateReading, Phase
from rotation.values import ServerName
from workflows.running import Running

OPEN, UNLISTED = "https-open", "unlisted"
CODES = (OPEN, UNLISTED)
_OPTIONS = (Move.RETRY, Move.CANCEL)
_AGAIN = "Retry opens the ports for a while, and has them shut once more"
_DAY = timedelta(days=1)


def is_it(step: Step) -> TypeGuard[Gate]:
    """Whether a gate asks who comes while HTTPS is shut."""
    return isinstance(step, Gate) and step.purpose is GatePurpose.LISTED


def seen(run: Running, answer: ObserveTaskAnswer) -> None:
    """The ports were seen to be shut: check-ins count from then on."""
    if answer.https_shut is not None:
        run.state.https_shut = answer.https_shut


async def note(run: Running, step: Step, reading: GateReading) -> None:
    """Keep what a reading has found, and tell a person of it.

    1. while a port answers, a check-in shows nothing
    2. clients that have not come within three heartbeats cannot take their list while HTTPS is shut: it is opened for
       a while, and the drill is made once more; or somebody cancels
    """
    if not is_it(step):
        return
    run.state.https_shut = reading.https_shut
    await _tell_of_ports(run, reading)
    await _ask(run, step, reading)


async def _ask(run: Running, step: Step, reading: GateReading) -> None:
    state, wait = run.state, run.state.wait
    if not reading.unlisted:
        state.https_asked = False
        run.drop_attention(UNLISTED)
    elif wait is not None and run.host.now() >= wait.due and not state.https_asked:
        names = ", ".join(reading.unlisted_names)
        text = f"{reading.unlisted} clients were there until HTTPS was shut, and have not come over HTTP: {names}"
        then = "they may hold another list, and cannot take theirs now"
        state.https_asked = True
        run.raise_attention(UNLISTED, step.title, f"{text}; {then}. {_AGAIN}", run.offered(_OPTIONS))
        await run.record(EventKind.ATTENTION, text, code=UNLISTED)


def was_answered(run: Running) -> bool:
    """Whether a person wants the drill once more."""
    return run.state.https_asked and not run.is_raised(UNLISTED)


async def end_round(run: Running, step: Gate) -> None:
    """End the wait without its proof: the ports are opened next, and shut again later."""
    state = run.state
    for code in (OPEN, UNLISTED):
        run.drop_attention(code)
    state.https_asked, state.https_again = False, True
    state.wait = state.proceed = None
    await run.record(EventKind.GATE_RESTARTED, f"{step.title}: once more, when the ports were open for a while")


async def opened(run: Running) -> None:
    """The ports are open: go back to the step that shuts them, where the drill is to be made once more.

    Else wait for clients that fail over, which were silent meanwhile: at the next replacement they would pass for away.
    """
    state = run.state
    state.https_shut = None
    if state.outline.purpose != "rotate" or state.phase is Phase.TURNING_BACK:
        return
    if not state.https_again:
        others = state.outline.owners(ScopeName.FAILOVER)
        state.https_rest = state.https_rest or run.host.now() + minimum(others)
        await rest(run, "clients that fail over come back")
        return
    begun = state.steps[: state.cursor]
    shutting = [at for at, each in enumerate(begun) if isinstance(each, Console) and isinstance(each.work, ShutHttps)]
    state.https_again = False
    state.https_rest = run.host.now() + max((each.minimum for each in begun if _shows_policy(each)), default=_DAY)
    state.cursor = shutting[-1] - 1


async def rest(run: Running, summary: str = "clients can take their list while HTTPS is open") -> None:
    """Leave the ports open: between two rounds for as long as the gate for the policy has waited at least."""
    if run.state.https_rest is not None:
        await run.wait(until=run.state.https_rest, summary=summary)
        run.state.https_rest = None


def give_up(run: Running) -> None:
    """The rotation turns back, or rolls back: there is no other round."""
    state = run.state
    state.https_again = state.https_asked = False
    state.https_shut = state.https_rest = None


def _shows_policy(step: Step) -> TypeGuard[Gate]:
    return isinstance(step, Gate) and step.purpose is GatePurpose.RELAXED


async def _tell_of_ports(run: Running, reading: GateReading) -> None:
    if not reading.https_open:
        run.drop_attention(OPEN)
        return
    named = ", ".join(reading.https_open)
    text = f"{named} answers over HTTPS: a client that checks in meanwhile does not show which list it holds"
    told = run.is_raised(OPEN)
    run.raise_attention(OPEN, named, f"{text}. Shut the port again, as the task of this drill said", ())
    if not told:
        await run.record(EventKind.ATTENTION, text, code=OPEN, subject=named)


def begin_anew(run: Running, gate: Gate) -> None:
    """What clients have shown does not count any more: check-ins count from the next reading on."""
    if is_it(gate):
        run.state.https_shut, run.state.https_asked = None, False
        run.drop_attention(UNLISTED)


def shut_now(run: Running) -> frozenset[ServerName]:
    """The servers whose HTTPS client port may be shut by the step that runs."""
    state = run.state
    step = state.step
    return shut_at(state.outline.steps, step.id) if step is not None and step.id in state.begun else frozenset()
