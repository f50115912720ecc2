"""A look at one client of each build before a replacement: what is asked when a list is old, and what follows it."""

from datetime import datetime, timedelta

from engine.contract import ActivityName, EventKind, LeftOutAnswer, ObserveTaskAnswer, OpenTaskAnswer
from rotation.plan.step import Console, Gate, ScopeName, Write
from rotation.plan.work.client_look import LookAtClients
from rotation.running.attention import SECOND
from rotation.running.message import Move
from rotation.running.open_task import ClientLook
from rotation.running.state import Fixing, Proceed
from workflows.claims.swap_proof import keeps_restarted, next_proof, read_again
from workflows.requests import about, left_out
from workflows.running import Running

ASKED = "client-list"
_CHECK_INS = 2
_DAY = timedelta(days=1)
"""After it a person is asked what becomes of the look."""


def begun(run: Running, opened: OpenTaskAnswer) -> ClientLook | None:
    """Where a task about clients begins; None for any other."""
    if not opened.builds:
        return None
    return ClientLook(
        since=run.host.now(),
        builds=opened.builds,
        compares=opened.compares,
        misses_dates=opened.misses_dates,
        counts_check_ins=opened.counts_check_ins,
    )


def settled(run: Running) -> tuple[str, ...]:
    """The builds that need no report any more."""
    look = run.open_task.look
    return tuple(look.settled) if look is not None else ()


def evidence(run: Running, reported: dict[str, str]) -> dict[str, str]:
    """What an operator reports, and the dates of .SIG files that were right in an earlier report."""
    look = run.open_task.look
    return {**look.dates, **reported} if look is not None else reported


def wakes_at(run: Running) -> datetime | None:
    """When a gate is read again, or a person is asked since no operator has reported what there is to report."""
    look = run.open_task.look
    asks = _asks_at(look) if look is not None and look.is_missed and not look.asked else None
    return min((at for at in (asks, _proves_at(run)) if at is not None), default=None)


def was_answered(run: Running) -> bool:
    """Whether a person has answered, and nothing has followed yet."""
    look = run.state.task.look if run.state.task is not None else None
    return look is not None and look.asked and not run.is_raised(ASKED) and not run.is_raised(SECOND)


async def hear(run: Running, step: Console | Write, seen: ObserveTaskAnswer) -> None:
    """Keep what a report about clients has shown, and ask a person at once where a client holds another list.

    Not where its build takes lists so late that it may hold the former one still: the answer to the operator says so.
    """
    look = run.open_task.look
    if look is None:
        return
    old = tuple(dict.fromkeys((*(each for each in look.old if each not in seen.shown), *seen.old_builds)))
    settled = {each: at for each, at in {**look.settled, **seen.shown}.items() if each not in seen.old_builds}
    counts = look.counts_check_ins and (seen.counts_check_ins or not seen.shown)
    expected = [at + run.state.lags[build] for build, at in seen.old_taken.items() if build in run.state.lags]
    until = max(expected, default=None) if len(expected) == len(seen.old_taken) else None
    update = {"settled": settled, "old": old, "dates": seen.dates or look.dates, "counts_check_ins": counts}
    look = _keep(run, look, **update, old_until=until if seen.old_builds else look.old_until)
    for build, lag in seen.lags.items():
        run.state.lags = {**run.state.lags, build: min(lag, run.state.lags.get(build, lag))}
    if seen.old_builds and not _is_early(run, look):
        await _ask(run, step, look, seen.seen)


async def go_on(run: Running, step: Console | Write) -> str:
    """Ask a person when no client was looked at for a day, obey. By whom every build is settled then; empty: it waits.

    It waits, too, where .SIG files are compared in the same task, and their dates have not been given: then a person
    is asked each day, whatever was decided about clients.

    1. retry: it is looked at again, and asked about a day later, or at the next list that is old
    2. proceed, if a second person approves: the clients of these builds are left out by name, as lost
    3. cancel, where no certificate was replaced; else old certificates can be put back
    """
    look = run.open_task.look
    if look is None:
        return ""
    await _prove_again(run, step)
    by = ""
    if was_answered(run):
        by = await _obey(run, step, look)
        look = run.open_task.look or look
    if look.is_missed and not look.asked and run.host.now() >= _asks_at(look):
        await _ask(run, step, look, _missed(look))
    return by if by and not look.lacking and not look.lacks_dates else ""


def _proves_at(run: Running) -> datetime | None:
    """When the gates that have begun again are read; None where none has, or its ground is not there yet."""
    begun = _begun_again(run)
    if run.open_task.look is None or begun is None or not keeps_restarted(run):
        return None
    return run.open_task.look_at or begun


def _begun_again(run: Running) -> datetime | None:
    """When the first of the gates that are proven again has begun again."""
    gates = ((each.due, run.state.outline.step(each.gate)) for each in run.state.restarted)
    return min((due - gate.minimum for due, gate in gates if due is not None and isinstance(gate, Gate)), default=None)


async def _prove_again(run: Running, step: Console | Write) -> None:
    """Read gates that have begun again until they hold: only a client whose policy they have proven can be looked at.

    By the heartbeat at first, more seldom the longer it lasts: a client has to be seen twice.
    """
    at, begun, now = _proves_at(run), _begun_again(run), run.host.now()
    if at is not None and begun is not None and now >= at:
        await read_again(run, step, early=True)
        run.state.task = run.open_task.model_copy(update={"look_at": next_proof(run, now, since=begun)})


def _asks_at(look: ClientLook) -> datetime:
    """When a person is asked for want of evidence: not while an old list is no surprise."""
    asks = look.since + _DAY
    return max(asks, look.old_until or asks) if look.old else asks


def _missed(look: ClientLook) -> str:
    if look.lacking:
        return f"no operator has reported for a day what a client of {'; '.join(look.lacking)} holds"
    return "no operator has reported right dates of .SIG files for a day"


async def _ask(run: Running, step: Console | Write, look: ClientLook, what: str) -> None:
    if run.is_raised(SECOND) or was_answered(run):
        return
    options: tuple[Move, ...] = (Move.RETRY, Move.CANCEL)
    if look.old:
        ways = "Retry to look again later, when nothing else than SEPM gives clients a Sylink.xml any more"
    else:
        ways = "Retry to look again later"
    if run.state.swapped and run.state.outline.purpose == "rotate":
        ways = f"{ways}, roll back"
    if out := _left_out(run, look):
        options = (Move.RETRY, Move.PROCEED, Move.CANCEL)
        ways = (
            f"{ways}, or proceed to leave out by name, if a second person approves, every client of {'; '.join(out)}: "
            "they would be cut off"
        )
    text = f"{what}. {ways}"
    shown = run.is_raised(ASKED)
    run.raise_attention(ASKED, step.title, text, run.offered(options))
    _keep(run, look, asked=True)
    if not shown:
        await run.record(EventKind.ATTENTION, f"{step.title}: {text}", code=ASKED)


def _left_out(run: Running, look: ClientLook) -> tuple[str, ...]:
    """Whose clients would be left out: all of them for want of a look only where no other way is left.

    None of those that may take their list in time, by the lags that looks have shown.
    """
    if look.old and _is_early(run, look):
        return ()
    back = run.state.outline.purpose in {"roll-back", "restore"}
    return look.old or (look.lacking if look.settled or back else ())


def _is_early(run: Running, look: ClientLook) -> bool:
    """Whether clients may hold an old list for some time still, by the lags that looks have shown."""
    return look.old_until is not None and run.host.now() < look.old_until


async def _obey(run: Running, step: Console | Write, look: ClientLook) -> str:
    proceed = run.state.proceed if run.state.proceed and run.state.proceed.about == ASKED else None
    if proceed is not None and not proceed.approved_by and not look.leaving:
        out = _left_out(run, look)
        text = f"{proceed.asked_by} wants to leave out every client of {'; '.join(out)}, as lost: {proceed.why}"
        run.raise_attention(SECOND, step.title, text, (Move.APPROVE, Move.RETRY))
        await run.record(EventKind.ATTENTION, f"{step.title}: {text}")
        _keep(run, look, leaving=out)
        return ""
    by, now, gone = "", run.host.now(), dict[str, datetime]()
    out = tuple(build for build in look.leaving if build not in look.settled)
    if proceed is not None and proceed.approved_by and out:
        by = await _leave_out(run, step, proceed, out)
        gone = dict.fromkeys(out, now)
    if proceed is not None:
        run.state.proceed = None
    _keep(run, look, since=now, asked=False, leaving=(), old=(), settled={**look.settled, **gone})
    return by


async def _leave_out(run: Running, step: Console | Write, proceed: Proceed, builds: tuple[str, ...]) -> str:
    request = left_out(run.state, about(run.state, step), proceed, builds=builds)
    left = await run.call(ActivityName.LEAVE_OUT, request, LeftOutAnswer, summary="leave out the clients of a build")
    by = f"{proceed.asked_by} and {proceed.approved_by}"
    text = f"{'; '.join(builds)}: {left.count} clients are left out, by {by}: {proceed.why}"
    await run.record(EventKind.ADOPTED, text, code=ASKED)
    return by


def _keep(run: Running, look: ClientLook, **update: object) -> ClientLook:
    kept = look.model_copy(update=update)
    run.state.task = run.open_task.model_copy(update={"look": kept})
    return kept


def begin_wait(run: Running, step: Console | Write) -> None:
    """Every build is settled: wait until the last client of each must have its list, by those that were looked at.

    It is written down before the task is closed: a new history goes on with it. Not where the task is given back by
    reporting it done, since no operator has looked then: a rotation that is to finish after all has it looked at again.
    """
    look, now = run.open_task.look, run.host.now()
    if look is not None and not run.state.withdrawing:
        until = max((now, *look.settled.values()))
        if not look.counts_check_ins:
            until += _CHECK_INS * _slowest(run, step)
        run.state.fixing = Fixing(since=now, look_at=until)


def _slowest(run: Running, step: Console | Write) -> timedelta:
    """The longest time between two check-ins of the clients that the task is about."""
    work = step.work if isinstance(step, Console) else None
    asked = work if isinstance(work, LookAtClients) else LookAtClients()
    owners = [
        *(run.state.outline.owners(ScopeName.RELAXED) if asked.relaxed or asked.verifying else ()),
        *(run.state.outline.owners(ScopeName.FAILOVER) if asked.failover else ()),
    ]
    return max((owner.slowest_heartbeat + owner.jitter for owner in owners), default=timedelta(0))


async def lists_taken(run: Running) -> None:
    """Wait until the last client of each build must have its list; not where nothing was looked at."""
    if run.state.fixing is not None:
        await run.wait(until=run.state.fixing.look_at, summary="wait until clients of every build have their list")
    run.state.fixing = None
