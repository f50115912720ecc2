"""Clients that may hold what was put right, and have not reported since: nobody is made to verify before they have.

A relaxed client takes whatever certificate its server has, without a word. Whoever verifies before it has the right one
refuses every policy from then on.
"""

from datetime import timedelta

from rotation.finding import Finding, blocking
from rotation.plan.step import Write
from rotation.proof.gate import minimum
from workflows.running import Running

UNREPORTED = "clients-unreported"
_CONTACTS = 2


def another_was_in(run: Running) -> None:
    """Another certificate was in a server a moment ago: clients may have taken it, and need the right one again."""
    _unreported_for(run, minimum(run.state.body.scopes))


def image_was_refreshed(run: Running) -> None:
    """Machines may have started from the former golden image a moment before (rule 4).

    Policy and list may be two downloads: one that is told to verify at its first contact knows no new certificate.
    """
    slowest = max((owner.slowest_heartbeat + owner.jitter for owner in run.state.body.scopes), default=timedelta(0))
    _unreported_for(run, _CONTACTS * slowest)


async def clients_have_reported(run: Running, step: Write) -> None:
    """Wait until they have, before settings are put back."""
    until = run.state.unreported_until
    if until is None or not step.restores or run.host.now() >= until:
        return
    await run.wait(until=until, summary="wait for clients that may hold what was put right")


def why_not_yet(run: Running) -> tuple[Finding, ...]:
    """Why nobody puts settings back by hand yet."""
    until = run.state.unreported_until
    if until is None or run.host.now() >= until:
        return ()
    text = "clients may hold a certificate that was taken out: restoring now would cut clients off"
    return (blocking(UNREPORTED, run.state.site_name, text, f"claim it again after {until:%Y-%m-%d %H:%M:%S} UTC"),)


def _unreported_for(run: Running, contacts: timedelta) -> None:
    if not run.host.patched("clients-reported"):
        return
    until = run.host.now() + contacts + run.state.body.publish_delay
    run.state.unreported_until = max(run.state.unreported_until or until, until)
