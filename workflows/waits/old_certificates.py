"""While settings are put back: no client is made to verify unless each server presents what it must (rule 16).

In a cancel that is the old certificate. A restore is planned with what each server presents then.
"""

from datetime import timedelta

from engine.contract import ActivityName, EventKind, ServersRequest
from rotation.drift.lists import EDITED_MEANWHILE
from rotation.drift.presented import Presented, to_put_right
from rotation.finding import Finding, blocking
from rotation.plan.step import SettingField, Write
from rotation.running.message import Move
from rotation.running.state import Phase
from rotation.values import ServerName
from workflows.hosts.procedure_change import ProcedureChange
from workflows.people import second_person
from workflows.requests import about
from workflows.running import Running
from workflows.waits.third_certificate import alarm
from workflows.waits.unreported import another_was_in, why_not_yet

RESTART = timedelta(minutes=5)
"""How long a server is given to answer again after its certificate was replaced."""
SWAPPED = "swapped-while-turning-back"
SWAPPED_IN_RESTORE = "swapped-while-restoring"
SILENT = "silent-while-turning-back"
LOOK_AGAIN = timedelta(seconds=10)
_CUTS_OFF = "restoring now would cut clients off"
_ASKED = "claim nothing now: the task is withdrawn, and a person answers what is asked before it is opened again"
_REMEDY, _REMEDY_IN_RESTORE = "put the old certificate back", "put back the certificate that it had then"


def probes_first(run: Running) -> bool:
    """Whether each write, and each claim of one by hand, is preceded by a probe of every server."""
    if run.state.phase is Phase.TURNING_BACK:
        return True
    return run.state.outline.purpose == "restore" and run.host.goes_by(ProcedureChange.LOOK_BEFORE_RESTORING)


async def all_old(run: Running, *, but: frozenset[ServerName] = frozenset()) -> None:
    """Return when every server that answers presents its old certificate; in a restore, what it had at the planning.

    1. probe every server; one that is silent may be restarting with the new one, and is waited for
    2. a new certificate, or one that was not announced, stops here and asks: retry looks again
    3. a server that stays silent: one person wishes to restore all the same, and another one approves it; not about
       those in `but`, whose port a drill has shut: they are asked about when it is open; in a restore it has the
       certificate that it had, unless a person has replaced that meanwhile, and is asked about where a list that is
       assigned again names it (`restored_lists`)

    Where another certificate was in, no client is made to verify before clients have reported since (`unreported`).
    """
    restore = is_restore(run)
    while True:
        probed = await probe(run) if restore else await _until_they_answer(run, but)
        if others := to_put_right(probed, restore=restore):
            text = f"{', '.join(others)} does not present the old certificate: {_CUTS_OFF}"
            await ask_to_put_back(run, run.state.site_name, ", ".join(others), text)
            continue
        if not probed.silent or restore:
            return
        silent = ", ".join(probed.silent)
        if await restores_all_the_same(run, f"{silent} is silent: if it has the new certificate, {_CUTS_OFF}"):
            return


async def ask_to_put_back(run: Running, subject: str, servers: str, in_cancel: str) -> None:
    """Another certificate than the right one is in servers: a person puts that back, and retries.

    `in_cancel`: what a cancel asks; a restore names the certificate that was there when it was planned.
    """
    if is_restore(run):
        text = (
            f"{servers} does not present the certificate that it had when the restore was planned: {_CUTS_OFF}. Put "
            "that one back, then retry. Where the other one is to stay, end this rotation and restore again: that is "
            "planned with what servers present then"
        )
        await run.ask(SWAPPED_IN_RESTORE, subject, text, (Move.RETRY,))
    else:
        await run.ask(SWAPPED, subject, in_cancel, (Move.RETRY,))
    another_was_in(run)


def is_restore(run: Running) -> bool:
    """Whether a restore goes on; one that is cancelled turns back as any other rotation does."""
    return run.state.outline.purpose == "restore" and run.state.phase is not Phase.TURNING_BACK


async def restores_all_the_same(run: Running, text: str) -> bool:
    """Whether two persons want to restore though servers are silent, which `text` says; else it is probed again."""
    if second_person.wish(run, (SILENT,)) is None:
        asked = f"{text}. Bring it up and retry, or proceed to restore all the same, if a second person approves"
        await run.ask(SILENT, run.state.site_name, asked, (Move.RETRY, Move.PROCEED))
    by = await second_person.approved(run, run.state.site_name, (SILENT,), f"and restore though {text}")
    if by:
        await run.record(EventKind.ADOPTED, f"{text}; {by} restore all the same", code=SILENT)
    return bool(by)


def silent_in_restore(servers: str) -> str:
    """What is shown of silent servers before a restore assigns lists that name them."""
    return f"{servers} is silent at its HTTPS client port, and a list that is assigned again sends clients there"


async def against_restoring(run: Running, step: Write) -> tuple[Finding, ...]:
    """Why no person may restore a setting by hand now: the servers that present another certificate than they must.

    A person is asked to put it back: the work itself stays open, and is free again once a probe finds the old one.
    Where a list must be looked at, or a server is silent that it names, the work is withdrawn until that was answered.
    """
    restore = is_restore(run)
    code, remedy = (SWAPPED_IN_RESTORE, _REMEDY_IN_RESTORE) if restore else (SWAPPED, _REMEDY)
    probed = await probe(run, before=step)
    against = _against_lists(run, probed)
    others = to_put_right(probed, restore=restore)
    if not others:
        run.drop_attention(code)
        return (*why_not_yet(run), *against)
    another_was_in(run)
    names = ", ".join(others)
    if restore:
        finding = f"does not present the certificate that it had when the restore was planned: {_CUTS_OFF}"
        text = (
            f"{names} does not present the certificate that it had when the restore was planned: {_CUTS_OFF}. "
            f"{_REMEDY_IN_RESTORE.capitalize()}, then retry"
        )
    else:
        text = f"{names} does not present the old certificate: {_CUTS_OFF}. {_REMEDY.capitalize()}, then retry"
        finding = f"does not present the old certificate: {_CUTS_OFF}"
    shown = run.is_raised(code)
    run.raise_attention(code, run.state.site_name, text, (Move.RETRY,))
    if not shown:
        await run.record(EventKind.ATTENTION, text)
    return tuple(blocking(code, server, finding, remedy) for server in others)


def _against_lists(run: Running, probed: Presented) -> tuple[Finding, ...]:
    """What a person is asked before lists are assigned again by hand."""
    silent = [each for each in probed.named if is_restore(run) and each not in run.state.past_silent]
    found = [blocking(EDITED_MEANWHILE, each.finding.subject, each.finding.message, _ASKED) for each in probed.edited]
    found += [blocking(SILENT, each, silent_in_restore(each), _ASKED) for each in silent]
    run.state.asks_first = bool(found)
    return tuple(found)


async def _until_they_answer(run: Running, but: frozenset[ServerName]) -> Presented:
    """A new history, which may begin at each wait, waits for what is left, and not once a person is asked."""
    began = run.state.awaited_since or run.host.now()
    asked = run.is_raised(SILENT) or second_person.wish(run, (SILENT,)) is not None
    asked = asked and run.host.goes_by(ProcedureChange.ASKS_ON)
    while True:
        probed = await probe(run)
        probed = probed.model_copy(update={"silent": tuple(each for each in probed.silent if each not in but)})
        is_over = asked or run.host.now() >= began + RESTART
        if probed.renewed or probed.unknown or not probed.silent or is_over:
            run.state.awaited_since = None
            return probed
        run.state.awaited_since = began
        await run.wait(until=run.host.now() + LOOK_AGAIN, summary="wait for a server that is silent")


async def probe(run: Running, *, before: Write | None = None) -> Presented:
    """Probe every server; `before` a write of lists, look at those that it assigns again, too."""
    state = run.state
    request = ServersRequest(
        site_id=state.site_id,
        plan_id=state.plan_id,
        write=about(state, before) if before is not None and before.field is SettingField.SERVER_LIST else None,
        lists_shown=state.lists_shown,
    )
    probed = await run.call(ActivityName.OBSERVE_SERVERS, request, Presented, summary="probe every server")
    alarm(run, *probed.third)
    return probed
