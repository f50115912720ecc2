"""Clients that may hold what was put right, and have not reported since: none is made to verify before it has.

A relaxed client takes any certificate that its server has, and does not show it. A client that verifies before it has
the right one refuses every policy from then on.
"""

from datetime import timedelta

from rotation.drift.learned.other_certificate import OtherIn
from rotation.drift.learned.wrong_list import WrongIn, in_few
from rotation.finding import Finding, blocking
from rotation.plan.outage import GivesBack
from rotation.plan.step import Console, Gate, GatePurpose, ScopeName, Step, Write
from rotation.plan.work.task import RefreshImages
from rotation.proof.gate import minimum
from rotation.running.state import Phase, Restarted
from workflows.hosts.procedure_change import ProcedureChange
from workflows.running import Running
from workflows.waits.late_lists import lists_late, were_wrong

UNREPORTED = "clients-unreported"
_CONTACTS = 2


def makes_verify(run: Running, step: Step) -> bool:
    """Whether a step puts settings back while the site is held against the plan: a look comes right before it."""
    restores = isinstance(step, Write) and step.restores
    return restores and not run.state.puts_back and run.host.goes_by(ProcedureChange.LOOK_BEFORE_RESTORING)


def to_prove_again(run: Running) -> tuple[Restarted, ...]:
    """The gates after a replacement whose certificate was away: they hold again before clients verify.

    What else was voided proves settings, and says nothing when these are written again.
    """
    gates = (each for each in run.state.outline.steps if isinstance(each, Gate))
    swapped = {each.id for each in gates if each.purpose is GatePurpose.SWAPPED}
    return tuple(each for each in run.state.restarted if each.gate in swapped)


def another_was_in(run: Running) -> None:
    """Another certificate was in a server a moment ago: clients may have taken it, and need the right one again."""
    state, now = run.state, run.host.now()
    since = state.other_in.since if state.other_in is not None else state.right_at or state.started_at
    state.other_in = OtherIn(since=since, until=now)
    were_wrong(run, since)
    _unreported_for(run, minimum(state.outline.scopes))


def list_was_wrong(run: Running, *subjects: str) -> None:
    """These lists, or those of these places, were wrong a moment ago: clients may have taken them."""
    state, now = run.state, run.host.now()
    for subject in subjects:
        known = state.wrong_lists.get(subject)
        since = known.since if known is not None else state.lists_right_at
        state.wrong_lists = in_few({**state.wrong_lists, subject: WrongIn(since=since, until=now)})


def when_lists_were_wrong(run: Running) -> dict[str, WrongIn]:
    """When server lists were wrong; nothing on a way back, which waits for no client."""
    turning = run.state.outline.purpose != "rotate" or run.state.puts_back
    return {} if turning else run.state.wrong_lists


def task_is_over(run: Running, step: Console | Write) -> None:
    """Note what clients may hold behind a console task.

    1. golden images were refreshed: a machine may have started from the former one a moment before (rule 4). Policy and
       list may be two downloads: a machine that is made to verify at its first contact knows no new certificate
    2. on a way out, what a drill had shut or stopped is there again: no probe could see what certificate it had
    """
    state, work = run.state, step.work if isinstance(step, Console) else None
    restores = state.outline.purpose == "restore"
    if isinstance(work, RefreshImages) and (state.replaced or (restores and state.outline.certificates)):
        slowest = max((each.slowest_heartbeat + each.jitter for each in state.outline.scopes), default=timedelta(0))
        _unreported_for(run, _CONTACTS * slowest)
    if isinstance(work, GivesBack) and (restores or state.phase is Phase.TURNING_BACK):
        another_was_in(run)


def have_reported(run: Running) -> bool:
    """Whether no client has to report any more before settings are put back."""
    return have_the_certificate(run) and lists_late(run) is None


def have_the_certificate(run: Running) -> bool:
    """Whether clients have reported since another certificate was in a server, or golden images were refreshed."""
    until = run.state.unreported_until
    return until is None or run.host.now() >= until


async def clients_have_reported(run: Running, step: Write) -> None:
    """Wait until they have, before settings are put back; where lists may be late, until the next look at most."""
    if step.restores and not have_reported(run):
        until, late = run.state.unreported_until, lists_late(run)
        if late is not None:
            until = min(late, run.host.now() + minimum(run.state.outline.scopes))
        await run.wait(until=until, summary="wait for clients that may hold what was put right")


def why_not_yet(run: Running) -> tuple[Finding, ...]:
    """Why no person may put settings back by hand yet."""
    until = run.state.unreported_until
    if until is None or have_the_certificate(run):
        return ()
    text = "clients may hold settings from before, and have not reported since: restoring now would cut them off"
    return (blocking(UNREPORTED, run.state.site_name, text, f"claim it again after {until:%Y-%m-%d %H:%M:%S} UTC"),)


def when_another_was_in(run: Running) -> OtherIn | None:
    """When another certificate was in a server, where clients fail over: they may know it, and must report first.

    Relaxed clients take any certificate, and a way back waits for no client. None where no other certificate was in.
    """
    state = run.state
    turning = state.outline.purpose != "rotate" or state.puts_back
    if state.other_in is None or turning or not state.outline.owners(ScopeName.FAILOVER):
        return None
    return state.other_in if run.host.goes_by(ProcedureChange.OTHER_IS_FORGOTTEN_FIRST) else None


def why_not_replaced_yet(run: Running) -> tuple[Finding, ...]:
    """Why no certificate may be replaced yet: a client that knows another one has no other server that it trusts."""
    other, outline = when_another_was_in(run), run.state.outline
    if other is None:
        return ()
    until = other.until + minimum(outline.owners(ScopeName.FAILOVER)) + outline.publish_delay
    if run.host.now() >= until:
        return ()
    text = (
        "another certificate was in a server; clients may know that one, and have until "
        f"{until:%Y-%m-%d %H:%M} UTC to report: a replacement now would cut them off"
    )
    return (blocking(UNREPORTED, run.state.site_name, text),)


def _unreported_for(run: Running, contacts: timedelta) -> None:
    until = run.host.now() + contacts + run.state.outline.publish_delay
    run.state.unreported_until = max(run.state.unreported_until or until, until)
