"""Who counts the clients of a group that was born, or moved, during the rotation (rules 1 and 17)."""

from collections.abc import Iterable

from rotation import inheritance
from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope
from rotation.survey import ObservedGroup
from rotation.values import GroupId


def followers(body: PlanBody, groups: Iterable[ObservedGroup]) -> dict[GroupId, OwnerScope]:
    """The groups that the plan does not know and that inherit from one of its owners, with it.

    They have its settings, whatever is written to it: its gates count their clients as those of any inheritor.
    A tree that is not whole tells nothing.
    """
    owners = {owner.group_id: owner for owner in body.scopes}
    known = _known(body)
    return {
        group_id: owners[owner]
        for group_id, owner in _owner_of(groups).items()
        if group_id not in known and owner in owners
    }


def strangers(body: PlanBody, groups: Iterable[ObservedGroup]) -> frozenset[GroupId]:
    """The groups that the plan does not know and that have settings of their own, or follow such a one.

    No gate counts their clients: nothing tells what proves that they survive the next certificate.
    """
    owners = {owner.group_id for owner in body.scopes}
    known = _known(body)
    return frozenset(
        group_id for group_id, owner in _owner_of(groups).items() if group_id not in known and owner not in owners
    )


def with_present_owners(body: PlanBody, groups: Iterable[ObservedGroup]) -> PlanBody:
    """The body with each group that inherits below the planned owner whose settings it has now, where it was moved.

    Its clients take what is written there. A group that was moved elsewhere, or that owns its settings now, stays
    where it is planned: what is to become of it is a person's to decide.
    """
    now, owners = _owner_of(groups), {owner.group_id for owner in body.scopes}
    moved = {
        group: now[group]
        for owner in body.scopes
        if now.get(owner.group_id) == owner.group_id  # else its inheritance was set, and people set it back
        for group in owner.inheritors
        if group in now and now[group] in owners - {owner.group_id}
    }
    scopes = (
        owner.model_copy(
            update={
                "inheritors": (
                    *(group for group in owner.inheritors if group not in moved),
                    *(group for group, came_to in moved.items() if came_to == owner.group_id),
                )
            }
        )
        for owner in body.scopes
    )
    return body.model_copy(update={"scopes": tuple(scopes)}) if moved else body


def _known(body: PlanBody) -> frozenset[GroupId]:
    return frozenset(group_id for owner in body.scopes for group_id in owner.groups)


def _owner_of(groups: Iterable[ObservedGroup]) -> dict[GroupId, GroupId]:
    try:
        return inheritance.owners(groups)
    except inheritance.OrphanGroupError:
        return {}
