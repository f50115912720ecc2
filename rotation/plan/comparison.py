"""Whether a plan still fits: what is approved against what would be planned now.

A plan is stale when groups, inheritance, lists, servers or treatments differ (rule 12a).
"""

from collections.abc import Iterable

from rotation.finding import Finding, blocking
from rotation.plan.plan import Plan, PlanBody
from rotation.plan.scope import OwnerScope, PlannedPair, Treatment
from rotation.plan.step import Console
from rotation.plan.work.task import CopyList

_NAMES_SHOWN = 5
_REMEDY = "look at what changed, then make and approve a new plan"
_RELAXED_NOW = "the group has to be relaxed now; as planned, its clients fail over"
_FAILS_OVER_NOW = "the clients of the group would fail over now; as planned, the group is relaxed"


def compare(approved: PlanBody, now: PlanBody) -> tuple[Finding, ...]:
    """Every difference that matters between the approved plan and one made from what is seen now."""
    return tuple(_differences(approved, now))


def newly_on_trust(approved: Plan, now: Plan) -> tuple[Finding, ...]:
    """Clients that would go on trust now, and whose names no person has approved (rules 8 and 17)."""
    known = {client for names in approved.trusted.values() for client in names}
    found = []
    for group in now.body.on_trust:
        names = sorted(name for client, name in now.trusted[group.group_id].items() if client not in known)
        if names:
            shown = ", ".join(names[:_NAMES_SHOWN])
            text = (
                f"{len(names)} clients came, among them {shown}, that were never seen at a second server of each of "
                "their lists"
            )
            found.append(blocking("on-trust-new", group.path, text, "make a plan that has their names, and approve it"))
    return tuple(found)


def _differences(approved: PlanBody, now: PlanBody) -> Iterable[Finding]:
    before = {owner.group_id: owner for owner in approved.scopes}
    after = {owner.group_id: owner for owner in now.scopes}
    for group_id in sorted(before.keys() - after.keys()):
        yield _stale("owner-gone", before[group_id], "the group no longer has settings of its own, or is gone")
    for group_id in sorted(after.keys() - before.keys()):
        yield _stale(
            "owner-new", after[group_id], "the group has settings of its own now, and the plan does not know it"
        )
    for group_id in sorted(before.keys() & after.keys()):
        yield from _owner(before[group_id], after[group_id])
    if set(approved.replication_partners) != set(now.replication_partners):
        partners = ", ".join(now.replication_partners) or "no site"
        yield blocking("replication-differs", approved.site_id, f"the site replicates with {partners} now", _REMEDY)
    yield from _copies(approved, now)
    yield from _order(approved, now)
    ahead = {chosen.server: chosen for chosen in approved.certificates}
    for chosen in now.certificates:
        if chosen.server in ahead and ahead[chosen.server].replaces != chosen.replaces:
            yield blocking(
                "served-certificate-differs",
                chosen.server,
                "the server presents another certificate than when the plan was made",
                f"{_REMEDY}; if this was not intended, install the old one again from its recovery file, since "
                "clients hold it",
            )


def _order(approved: PlanBody, now: PlanBody) -> Iterable[Finding]:
    """While nothing is replaced yet, order and holdouts are those that were approved."""
    untouched = {chosen.server for chosen in approved.certificates} == {chosen.server for chosen in now.certificates}
    if untouched and (approved.waves != now.waves or set(approved.holdouts) != set(now.holdouts)):
        order = "; then ".join(", ".join(wave) for wave in now.waves)
        yield blocking(
            "servers-differ", approved.site_id, f"certificates would be replaced in this order now: {order}", _REMEDY
        )


def _copies(approved: PlanBody, now: PlanBody) -> Iterable[Finding]:
    before = {work.source_list: work for work in _copied(approved)}
    for work in _copied(now):
        if work.source_list in before and set(before[work.source_list].servers) != set(work.servers):
            yield blocking(
                "list-differs",
                work.source_list,
                "the list is described with other servers or ports than when the plan was made",
                _REMEDY,
            )


def _copied(body: PlanBody) -> list[CopyList]:
    return [step.work for step in body.steps if isinstance(step, Console) and isinstance(step.work, CopyList)]


def _owner(before: OwnerScope, after: OwnerScope) -> Iterable[Finding]:
    if before.treatment is not after.treatment:
        yield _stale(
            "treatment-differs",
            after,
            _RELAXED_NOW if after.treatment is Treatment.RELAX else _FAILS_OVER_NOW,
        )
    if set(before.inheritors) != set(after.inheritors):
        yield _stale("inheritance-differs", after, "other groups inherit from this group than when the plan was made")
    if _settings(before, treated=after.treatment) != _settings(after, treated=before.treatment):
        yield _stale(
            "settings-differ",
            after,
            "the group has other locations, lists or secure communications than when the plan was made",
        )
    if after.slowest_heartbeat + after.jitter > before.slowest_heartbeat + before.jitter:
        yield _stale(
            "heartbeat-slower",
            after,
            "the group's heartbeat is slower than when the plan was made, so the waits are too short",
        )


def _settings(owner: OwnerScope, *, treated: Treatment) -> set[PlannedPair]:
    """The settings of the group. What is written of them follows from its treatment, and differs with that alone."""
    if owner.treatment is treated:
        return set(owner.pairs)
    return {pair.model_copy(update={"needs_list": False, "needs_unverified": False}) for pair in owner.pairs}


def _stale(code: str, owner: OwnerScope, message: str) -> Finding:
    return blocking(code, owner.path, message, _REMEDY)
