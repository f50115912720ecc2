"""Who counts the clients of a group that was born during the rotation (rules 1 and 17)."""

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


def _known(body: PlanBody) -> frozenset[GroupId]:
    return frozenset(group_id for owner in body.scopes for group_id in owner.groups)


def _owner_of(groups: Iterable[ObservedGroup]) -> dict[GroupId, GroupId]:
    try:
        return inheritance.owners(groups)
    except inheritance.OrphanGroupError:
        return {}
