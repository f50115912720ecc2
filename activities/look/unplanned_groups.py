"""Clients in groups that a plan does not know: no gate counts them (rules 1 and 17)."""

from collections.abc import Iterable

from engine.contract import StepRef
from rotation.plan.plan import PlanBody
from rotation.proof.membership import strangers
from rotation.survey import ObservedGroup
from rotation.values import GroupId
from store.store import Store


async def uncounted(
    store: Store, ref: StepRef, body: PlanBody, groups: Iterable[ObservedGroup]
) -> dict[GroupId, tuple[str, ...]]:
    """By group born since that follows no planned owner, the names of clients seen there last and not left out.

    Nothing is read where nothing was born.
    """
    born = strangers(body, groups)
    if not born:
        return {}
    left_out = await store.roster.left_out(ref.rotation_id)
    found: dict[GroupId, tuple[str, ...]] = {}
    for client in await store.roster.entries(ref.site_id, born):
        if client.id not in left_out:
            found[client.group_id] = (*found.get(client.group_id, ()), client.name)
    return found
