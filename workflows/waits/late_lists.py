"""Clients that may lack a list that was wrong for a while: of some builds they take it hours or days after the policy.

No certificate is replaced and no client is made to verify before the lag that looks have shown is over (rule 10).
"""

from datetime import datetime, timedelta

from rotation.drift.learned.late_list import late_until, unseen_until
from rotation.finding import Finding, blocking
from rotation.proof.gate import minimum
from rotation.running.state import PolicySeen
from workflows.hosts.procedure_change import ProcedureChange
from workflows.running import Running

LISTS_LATE = "lists-late"


def were_wrong(run: Running, since: datetime | None) -> None:
    """Lists, or a certificate in them, were wrong a moment ago, and right at `since`."""
    state, now = run.state, run.host.now()
    _wait(
        run,
        late_until(
            now,
            since=since or state.started_at,
            lags=state.lags,
            check_in=_check_in(run),
            published_within=state.outline.publish_delay,
        ),
    )


def policies_seen(run: Running, newest: datetime | None, *, asked_at: datetime) -> None:
    """Policies were read, and every list was right: it may have been otherwise while nothing could be looked at.

    That is while SEPM did not answer for three heartbeats and more, or a person held the rotation. Looks are hours
    apart besides, and policies of a site may change each day: they count for nothing then, or it would never end.
    """
    state, now = run.state, run.host.now()
    if newest is None:
        return
    before, state.policy_seen = state.policy_seen, PolicySeen(newest=newest, at=now)
    if before is None or before.newest == newest:
        return
    if not before.held_since and now - asked_at <= minimum(state.outline.scopes):
        return
    until = unseen_until(now, since=before.at, lags=state.lags, check_in=_check_in(run))
    if until is not None:
        _wait(run, until)


def policies_written(run: Running) -> None:
    """The rotation has written settings itself: what it reads next is compared with nothing before that."""
    run.state.policy_seen = None


def lists_late(run: Running) -> datetime | None:
    """Until when clients may lack their list, where that is still to come, and certificates are being replaced."""
    until, state = run.state.lists_until, run.state
    waits = until is not None and run.host.now() < until and not state.puts_back
    return until if waits else None


def why_lists_are_late(run: Running) -> tuple[Finding, ...]:
    """Why no certificate may be replaced yet, nor settings be put back by hand; nothing on a way back before that."""
    until = lists_late(run)
    if until is None:
        return ()
    text = (
        "server lists may have been others for a while; agents of some builds take a list hours or days after the "
        f"policy, and have until {until:%Y-%m-%d %H:%M} UTC: to go on now could cut them off"
    )
    return (blocking(LISTS_LATE, run.state.site_name, text, "wait; this ends by itself"),)


def _wait(run: Running, until: datetime) -> None:
    if run.host.goes_by(ProcedureChange.LISTS_COME_LATE):
        run.state.lists_until = max(run.state.lists_until or until, until)


def _check_in(run: Running) -> timedelta:
    """The longest time between two check-ins of a client."""
    scopes = run.state.outline.scopes
    return max((each.slowest_heartbeat + each.jitter for each in scopes), default=timedelta(0))
