"""A drill that has HTTPS shut, or a server stopped: since when, and what a person is shown meanwhile (rule 18)."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import NamedTuple, TypeGuard

from engine.contract import ActivityName, EventKind, ObserveTaskAnswer, ServersRequest
from rotation.drift.presented import Presented
from rotation.plan.outage import GivesBack, Takes, away_at
from rotation.plan.scope import ReportingPace
from rotation.plan.step import Console, Gate, GatePurpose, ScopeName, Step
from rotation.plan.work.https_drill import OpenHttps
from rotation.plan.work.stop_drill import StopServer
from rotation.proof.gate import minimum
from rotation.running.message import Move
from rotation.running.state import Outage, Phase
from rotation.running.wait import GateReading
from rotation.values import ServerName
from workflows.hosts.procedure_change import ProcedureChange
from workflows.people import second_person
from workflows.running import Running

UNLISTED, STRANDED, OTHERS = "unlisted", "stranded", "others-silent"
_OPTIONS = (Move.RETRY, Move.CANCEL)
_DAY = timedelta(days=1)


class _Kind(NamedTuple):
    """The codes and texts of one kind of drill."""

    there: str
    """The code under which a server is named that answers though it should not."""
    answers: Callable[[str], str]
    code: str
    """The code under which clients are named that have not come."""
    who: Callable[[int, str], str]
    then: str
    offers: tuple[Move, ...] = ()
    """What a person may do about a server that answers."""


_KINDS = {
    GatePurpose.LISTED: _Kind(
        there="https-open",
        answers=lambda there: (
            f"{there} answers over HTTPS: a client that checks in meanwhile does not show which list it "
            "holds. Shut the port again, as the task of this drill asks"
        ),
        code=UNLISTED,
        who=lambda count, names: (
            f"{count} clients were there until HTTPS was shut, and have not come over HTTP: {names}"
        ),
        then="they may hold another list, and cannot take theirs now. Retry opens the ports for a while, and has them "
        "shut once more",
    ),
    GatePurpose.ELSEWHERE: _Kind(
        there="server-runs",
        answers=lambda there: (
            f"{there} answers, though it should be stopped: a client that checks in meanwhile does not show that it "
            "finds another server. Stop its services again, as the task of this drill asks, or retry to be asked to do "
            "so"
        ),
        code=STRANDED,
        who=lambda count, names: (
            f"{count} clients were there until the server was stopped, and have come to no other one: {names}"
        ),
        then="the replacement of its certificate would cut them off where they are. Retry has it started for a while, "
        "and stopped once more",
        offers=_OPTIONS,
    ),
}
CODES = tuple(code for kind in _KINDS.values() for code in (kind.there, kind.code))


def is_it(step: Step) -> TypeGuard[Gate]:
    """Whether a gate asks who comes while something is away."""
    return isinstance(step, Gate) and step.purpose in _KINDS


def _set(run: Running, **update: object) -> None:
    run.state.outage = run.state.outage.model_copy(update=update)


async def begins(run: Running, step: Console) -> bool:
    """Whether the task that takes something away may be opened; first what was given back stays there for a while.

    No server is stopped while another one is silent: a client that finds no other one would have none at all. Two
    persons may leave that drill out.
    """
    await _rest(run, "clients can come back, and take their list")
    if not isinstance(step.work, StopServer) or run.state.task is not None:
        return True
    while silent := await _silent(run, step.work.server):
        text = f"{', '.join(silent)} does not answer: {step.work.server} must not be stopped meanwhile"
        if second_person.wish(run, (OTHERS,)) is None:
            then = "Bring it up and retry, or proceed to replace the certificate without this drill"
            await run.ask(OTHERS, step.title, f"{text}. {then}", (Move.RETRY, Move.PROCEED, Move.CANCEL))
        without = f"without the drill at {step.work.server}"
        if by := await second_person.approved(run, step.title, (OTHERS,), without):
            await run.record(EventKind.ADOPTED, f"{text}; {by} leave the drill out", code=OTHERS)
            _leave_out(run)
            return False
    second_person.over(run)
    return True


async def _silent(run: Running, stopped: ServerName) -> tuple[ServerName, ...]:
    request = ServersRequest(site_id=run.state.site_id, plan_id=run.state.plan_id)
    probed = await run.call(ActivityName.OBSERVE_SERVERS, request, Presented, summary="probe the other servers")
    return tuple(each for each in probed.silent if each != stopped)


def _leave_out(run: Running) -> None:
    """Go on behind the step that would give back what is not taken away."""
    state = run.state
    ahead = range(state.cursor, len(state.steps))
    state.cursor = next(at for at in ahead if _gives_back(state.steps[at]))


def seen(run: Running, answer: ObserveTaskAnswer) -> None:
    """It was seen to be away: check-ins count from then on."""
    if answer.outage_since is not None:
        _set(run, since=answer.outage_since)


async def note(run: Running, step: Step, reading: GateReading) -> None:
    """Keep what a reading has found, and show it to a person.

    1. while what should be away is there, a check-in shows nothing
    2. clients that have not come within three heartbeats have no way without it: it is given back for a while, and the
       drill is made once more; or a person cancels
    """
    if not is_it(step):
        return
    kind, found, wait = _KINDS[step.purpose], reading.outage, run.state.wait
    _set(run, since=found.since)
    there = ", ".join(found.there)
    await _tell(run, kind.there, there, kind.answers(there), kind.offers)
    late = wait is not None and run.host.now() >= wait.due
    who = f"{kind.who(found.missing, ', '.join(found.missing_names))}; {kind.then}"
    await _tell(run, kind.code, step.title if found.missing and late else "", who, _OPTIONS)


async def _tell(run: Running, code: str, subject: str, text: str, options: tuple[Move, ...]) -> None:
    """Tell of something once, and ask where there is something to choose; without a subject it is over."""
    asked = run.state.outage.asked
    if not subject:
        _set(run, asked=tuple(each for each in asked if each != code))
        run.drop_attention(code)
    elif code not in asked:
        _set(run, asked=(*asked, code))
        run.raise_attention(code, subject, text, run.offered(options))
        await run.record(EventKind.ATTENTION, text, code=code, subject=subject)


def was_answered(run: Running, step: Step) -> bool:
    """Whether a person wants the drill once more."""
    return is_it(step) and any(not run.is_raised(code) for code in run.state.outage.asked)


def stops(step: Step) -> bool:
    """Whether a gate lasts while a server is stopped: nothing irreversible follows it, and nothing holds it up."""
    return is_it(step) and step.purpose is GatePurpose.ELSEWHERE


def is_asked(run: Running, step: Step) -> bool:
    """Whether a person is asked about clients that have not come."""
    return is_it(step) and run.is_raised(_KINDS[step.purpose].code)


async def others_answer(run: Running, step: Step) -> bool:
    """Whether the other servers answer while one is stopped: SEPM may be asked through one that is down."""
    if not stops(step) or not isinstance(step, Gate) or step.server is None:
        return True
    if not run.host.goes_by(ProcedureChange.OTHERS_ARE_PROBED):
        return True
    _set(run, silent=await _silent(run, step.server))
    return not run.state.outage.silent


async def is_cut_short(run: Running, step: Step) -> bool:
    """Whether a round ends without its proof, and is made once more when what was away was there for a while.

    A person wants so; or another server is silent, and the stopped one is needed at once.
    """
    wait = run.state.wait
    read = wait.reading.outage.silent if is_it(step) and wait is not None and wait.reading is not None else ()
    silent = run.state.outage.silent or read
    if not silent and not was_answered(run, step):
        return False
    if silent and isinstance(step, Gate):
        text = f"{', '.join(silent)} does not answer either: start {step.server} first, then bring it up"
        run.raise_attention(OTHERS, step.title, text, ())
        await run.record(EventKind.ATTENTION, text, code=OTHERS)
    for code in CODES:
        run.drop_attention(code)
    _set(run, asked=(), again=True, silent=())
    run.state.wait = None
    second_person.over(run)
    await run.record(
        EventKind.GATE_RESTARTED, f"{step.title}: the drill is made again, when all servers have answered for a while"
    )
    return True


async def given_back(run: Running, step: Console, *, done: bool) -> None:
    """It is there again: go back to the step that takes it away, where the drill is to be made once more.

    Else wait for clients that were silent meanwhile: at the next replacement they would pass for away. Not where a
    server does not come up again, and a person goes on without it.
    """
    state = run.state
    _set(run, since=None, again=state.outage.again and done)
    run.drop_attention(OTHERS)
    if state.outline.purpose != "rotate" or state.phase is Phase.TURNING_BACK:
        return
    if not state.outage.again:
        least = minimum(_silenced(run, step))
        _set(run, rest=state.outage.rest or run.host.now() + least)
        await _rest(run, "clients that were silent come back")
        return
    begun = state.steps[: state.cursor]
    taking = [at for at, each in enumerate(begun) if isinstance(each, Console) and isinstance(each.work, Takes)]
    open_for = max((each.minimum for each in begun[: taking[-1] + 2] if _shows(each, step)), default=_DAY)
    _set(run, again=False, rest=run.host.now() + open_for)
    state.cursor = taking[-1] - 1


def is_given_back(run: Running, step: Console) -> bool:
    """Whether the task of a step that gives back is over, and only its clients are waited for."""
    return run.state.outage.rest is not None and isinstance(step.work, GivesBack)


async def _rest(run: Running, summary: str) -> None:
    if run.state.outage.rest is not None:
        await run.wait(until=run.state.outage.rest, summary=summary)
        _set(run, rest=None)


def _silenced(run: Running, step: Console) -> Iterable[ReportingPace]:
    """The owners of clients that may have had no way: to a stopped server those with no list but its own."""
    return run.state.outline.owners(ScopeName.FAILOVER if isinstance(step.work, OpenHttps) else ScopeName.RELAXED)


def _shows(step: Step, giving: Console) -> TypeGuard[Gate]:
    """Whether a gate says for how long it stays between two rounds."""
    purpose = GatePurpose.RELAXED if isinstance(giving.work, OpenHttps) else GatePurpose.ELSEWHERE
    return isinstance(step, Gate) and step.purpose is purpose


def give_up(run: Running) -> None:
    """The rotation turns back, or rolls back: there is no other round."""
    run.state.outage = Outage()


def begin_again(run: Running, gate: Gate) -> None:
    """What clients have shown does not count any more: check-ins count from the next reading on."""
    if is_it(gate):
        _set(run, since=None, asked=())
        for code in CODES:
            run.drop_attention(code)


def away_now(run: Running) -> frozenset[ServerName]:
    """The servers that need not answer over HTTPS while the step runs."""
    step = run.state.step
    begun = step is not None and step.id in run.state.begun
    return away_at(run.state.outline.steps, step.id).servers if step is not None and begun else frozenset()


def _gives_back(step: Step) -> bool:
    return isinstance(step, Console) and isinstance(step.work, GivesBack)
