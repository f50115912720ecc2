"""The latest safe start: until when a plan must have begun, so that no old certificate ends while it is needed."""

from collections.abc import Iterable
from datetime import timedelta

from rotation.finding import Finding, blocking
from rotation.plan.forecast import promised
from rotation.plan.plan import PlanBody
from rotation.plan.start_by import LEAST_MARGIN, LatestStart
from rotation.plan.step import Console, Step
from rotation.plan.work.task import ReplaceCertificate
from rotation.site import Limits
from rotation.span import YEAR, before
from rotation.survey import ServedCertificate
from rotation.values import ServerName

_LONGEST = 100 * YEAR


def latest_start(body: PlanBody, served: Iterable[ServedCertificate], limits: Limits) -> LatestStart | None:
    """The earliest, over all servers that the plan replaces, of the old certificate's end less what the plan takes.

    1. a server needs its old certificate until it is replaced: not longer, so one that goes first may end first
    2. what that takes is counted with the waits that are promised to clients which are away, the holdout at its
       maximum: a client that comes back on its last day must still find what it trusts
    3. the margin is how long the site lets one gate stand still before a person is asked, a day at least

    Returns:
        None where no server that is replaced tells when its certificate ends.
    """
    margin = max(limits.gate_patience, LEAST_MARGIN)
    found = []
    for each in served:
        takes = until_replaced(body, each.server)
        if each.not_after is not None and takes is not None:
            at = before(each.not_after, takes + margin)
            found.append(LatestStart(at=at, server=each.server, ends=each.not_after, takes=takes, margin=margin))
    return min(found, key=lambda latest: (latest.at, latest.server), default=None)


def too_long(body: PlanBody) -> tuple[Finding, ...]:
    """Why no calendar holds the plan: its waits, each within its bounds, add up to more than can be meant."""
    takes = sum(map(promised, body.steps), timedelta(0))
    if takes <= _LONGEST:
        return ()
    text = f"the plan's waits add up to too many days ({takes.days}; at most {_LONGEST.days} can be planned)"
    return (
        blocking("plan-too-long", body.site_id, text, "shorten the site's limits, or rotate fewer servers at once"),
    )


def until_replaced(body: PlanBody, server: ServerName) -> timedelta | None:
    """From the plan's start until `server` has its new certificate; None where the plan does not replace it."""
    before = steps_before(body, server)
    return None if before is None else sum(map(promised, before), timedelta(0))


def steps_before(body: PlanBody, server: ServerName) -> tuple[Step, ...] | None:
    """The steps up to and with the one that replaces the certificate of `server`; None where no step does."""
    for place, step in enumerate(body.steps):
        if isinstance(step, Console) and isinstance(step.work, ReplaceCertificate) and step.work.server == server:
            return body.steps[: place + 1]
    return None
