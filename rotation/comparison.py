"""Whether a plan still fits: what is approved against what would be planned now.

A plan is stale when groups, inheritance, lists, servers or treatments differ (design section 4).
"""

from collections.abc import Iterable

from rotation.finding import Finding, blocking
from rotation.plan import OwnerScope, PlanBody

_REMEDY = "look what has changed, then make and approve a new plan"


def compare(approved: PlanBody, now: PlanBody) -> tuple[Finding, ...]:
    """Every difference that matters between the approved plan and one made from what is seen now."""
    return tuple(_differences(approved, now))


def _differences(approved: PlanBody, now: PlanBody) -> Iterable[Finding]:
    before = {owner.group_id: owner for owner in approved.scopes}
    after = {owner.group_id: owner for owner in now.scopes}
    for group_id in sorted(before.keys() - after.keys()):
        yield _stale("owner-gone", before[group_id], "no longer has settings of its own, or is gone")
    for group_id in sorted(after.keys() - before.keys()):
        yield _stale("owner-new", after[group_id], "has settings of its own now, and the plan does not know it")
    for group_id in sorted(before.keys() & after.keys()):
        yield from _owner(before[group_id], after[group_id])
    if approved.replication_partners != now.replication_partners:
        partners = ", ".join(now.replication_partners) or "nobody"
        yield blocking("replication-differs", approved.site_id, f"the site replicates with {partners} now", _REMEDY)
    ahead = {chosen.server: chosen for chosen in approved.certificates}
    for chosen in now.certificates:
        if chosen.server in ahead and ahead[chosen.server].replaces != chosen.replaces:
            yield blocking(
                "served-certificate-differs", chosen.server, "presents another certificate than when planned", _REMEDY
            )


def _owner(before: OwnerScope, after: OwnerScope) -> Iterable[Finding]:
    if before.treatment is not after.treatment:
        yield _stale("treatment-differs", after, f"needs {after.treatment.value}, planned was {before.treatment.value}")
    if set(before.inheritors) != set(after.inheritors):
        yield _stale("inheritance-differs", after, "other groups inherit from it than when planned")
    if before.pairs != after.pairs:
        yield _stale("settings-differ", after, "has other locations, lists or secure communications than when planned")
    if after.slowest_heartbeat + after.jitter > before.slowest_heartbeat + before.jitter:
        yield _stale("heartbeat-slower", after, "its heartbeat is slower than when planned: the waits are too short")


def _stale(code: str, owner: OwnerScope, message: str) -> Finding:
    return blocking(code, owner.path, message, _REMEDY)
