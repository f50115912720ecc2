"""While a cancel restores: no client is made to verify unless every server presents the old certificate (rule 16)."""

from datetime import timedelta

from engine.contract import ActivityName, EventKind, ServersRequest
from rotation.drift.presented import Presented
from rotation.finding import Finding, blocking
from rotation.running.message import Move
from rotation.values import ServerName
from workflows.people import second_person
from workflows.running import Running
from workflows.waits.third_certificate import alarm
from workflows.waits.unreported import another_was_in, why_not_yet

RESTART = timedelta(minutes=5)
"""How long a server is given to answer again after its certificate was replaced."""
SWAPPED = "swapped-while-turning-back"
_SILENT = "silent-while-turning-back"
_LOOK_AGAIN = timedelta(seconds=10)
_CUTS_OFF = "restoring now would cut clients off"
_REMEDY = "put the old certificate back"


async def all_old(run: Running, *, but: frozenset[ServerName] = frozenset()) -> None:
    """Return when every server that answers presents its old certificate.

    1. probe every server; one that is silent may be restarting with the new one, and is waited for
    2. a new certificate, or one that was not announced, stops here and asks: retry looks again
    3. a server that stays silent: one person wishes to restore all the same, and another one approves it; not about
       those in `but`, whose port a drill has shut: they are asked about when it is open

    Where another certificate was in, no client is made to verify before clients have reported since (`unreported`).
    """
    while True:
        probed = await _until_they_answer(run, but)
        if others := (*probed.renewed, *probed.unknown):
            text = f"{', '.join(others)} does not present the old certificate: {_CUTS_OFF}"
            await run.ask(SWAPPED, run.state.site_name, text, (Move.RETRY,))
            another_was_in(run)
            continue
        if not probed.silent:
            return
        if await _restores_all_the_same(run, ", ".join(probed.silent)):
            return


async def _restores_all_the_same(run: Running, silent: str) -> bool:
    """Whether two persons want to restore though servers are silent; else it is probed again."""
    text = f"{silent} is silent: if it has the new certificate, {_CUTS_OFF}"
    if second_person.wish(run, (_SILENT,)) is None:
        asked = f"{text}. Bring it up and retry, or proceed to restore all the same, if a second person approves"
        await run.ask(_SILENT, run.state.site_name, asked, (Move.RETRY, Move.PROCEED))
    by = await second_person.approved(run, run.state.site_name, (_SILENT,), f"and restore though {text}")
    if by:
        await run.record(EventKind.ADOPTED, f"{text}; {by} restore all the same", code=_SILENT)
    return bool(by)


async def against_restoring(run: Running) -> tuple[Finding, ...]:
    """Why no person may restore a setting by hand now: the servers that present another certificate than the old one.

    A person is asked to put it back: the work itself stays open, and is free again once a probe finds the old one.
    """
    probed = await _probe(run)
    others = (*probed.renewed, *probed.unknown)
    if not others:
        run.drop_attention(SWAPPED)
        return why_not_yet(run)
    another_was_in(run)
    text = f"{', '.join(others)} does not present the old certificate: {_CUTS_OFF}. {_REMEDY.capitalize()}, then retry"
    shown = run.is_raised(SWAPPED)
    run.raise_attention(SWAPPED, run.state.site_name, text, (Move.RETRY,))
    if not shown:
        await run.record(EventKind.ATTENTION, text)
    finding = f"does not present the old certificate: {_CUTS_OFF}"
    return tuple(blocking(SWAPPED, server, finding, _REMEDY) for server in others)


async def _until_they_answer(run: Running, but: frozenset[ServerName]) -> Presented:
    began = run.host.now()
    while True:
        probed = await _probe(run)
        probed = probed.model_copy(update={"silent": tuple(each for each in probed.silent if each not in but)})
        if probed.renewed or probed.unknown or not probed.silent or run.host.now() >= began + RESTART:
            return probed
        await run.wait(until=run.host.now() + _LOOK_AGAIN, summary="wait for a server that is silent")


async def _probe(run: Running) -> Presented:
    request = ServersRequest(site_id=run.state.site_id, plan_id=run.state.plan_id)
    probed = await run.call(ActivityName.OBSERVE_SERVERS, request, Presented, summary="probe every server")
    alarm(run, *probed.third)
    return probed
