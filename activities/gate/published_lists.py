"""When servers published the lists that clients are looked at for (rule 10)."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from rotation.plan.scope import OwnerScope
from rotation.plan.step import Gate, GatePurpose
from rotation.proof.verdict import ClientEvidence
from rotation.values import GroupId
from service.scope import StepScope
from service.world import World


class Published(NamedTuple):
    """When servers published the list that a gate is about, on SEPM's clock."""

    since: datetime | None
    """None did before; None where that is not known."""
    everywhere: datetime | None = None
    """By then each had, the slowest too; None where only the policy's serial shows that a client has come behind it."""


ByGate = dict[tuple[str, GroupId | None], Published]
_SLOWEST = 2
"""So many times as long as the site allows for a server may take to publish."""


async def published_lists(world: World, scope: StepScope, gates: Iterable[Gate]) -> ByGate:
    """When servers published the list that a gate is about, by gate and owner, or by gate.

    A replacement has every server publish its certificate; relaxed clients get their list by the first write. On a way
    back, and in a restore, clients may have held it before: a file that was written since would show nothing.
    """
    found: ByGate = {}
    body = scope.plan.body
    if body.purpose != "rotate":
        return found
    for gate in gates:
        if gate.purpose is GatePurpose.SWAPPED:
            chosen = body.certificate_for(gate.server) if gate.server is not None else None
            if gate.server is None or chosen is None:
                continue
            swap = await world.store.swaps.get(scope.ref.rotation_id, gate.server, chosen.fingerprint)
            if swap is not None and swap.first_seen is not None:
                found[gate.id, None] = Published(swap.former_seen, swap.first_seen + _SLOWEST * body.publish_delay)
            continue
        references = await world.store.references.of_gate(scope.ref.rotation_id, gate.id)
        found |= {(gate.id, owner): Published(each.first_written_at) for owner, each in references.items()}
    return found


def published_for(owner: OwnerScope, latest: Gate, published: ByGate) -> Published | None:
    """None where a client of the owner may have held its list before, at a location whose list stays."""
    if latest.purpose is GatePurpose.SWAPPED:
        return published.get((latest.id, None))
    changes = all(pair.needs_list for pair in owner.pairs)
    return published.get((latest.id, owner.group_id)) if changes else None


def took_policy(known: ClientEvidence, published: Published | None) -> bool:
    """Whether a client had its policy at the check-in that counts: it showed it, or each server had published it."""
    by = published.everywhere if published is not None else None
    late = by is not None and known.contact_seen is not None and known.contact_seen >= by
    return known.serial_seen is not None or late
