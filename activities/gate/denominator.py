"""The clients that a gate counts: every one that was ever seen, by the owner of its group of now (rule 1)."""

from activities.failures import as_activity_failures
from rotation.network import UNKNOWN
from rotation.plan.plan import PlanBody
from rotation.plan.step import Gate, GatePurpose, Holdout, ScopeName
from rotation.proof.membership import followers
from rotation.proof.reading import Seen, gates_behind_swaps, gates_of_others
from rotation.proof.verdict import RosterEntry
from rotation.values import GroupId
from service.scope import StepScope
from service.world import World
from store.site.roster import LatestReading, RosterClient


async def roster_entries(
    world: World, scope: StepScope, step: Gate | Holdout, seen: Seen, latest: LatestReading
) -> list[RosterEntry]:
    """The denominator: every client ever seen, by the owner of the group that it is in now.

    Groups born since count with the planned owner that they follow. Other groups born since hold no gate; before a
    certificate is replaced, a person is asked about their clients (rotation/drift/drift.py), unless the remaining
    steps are planned again.
    """
    store, rotation_id = world.store, scope.ref.rotation_id
    body = scope.plan.body
    clients = await store.roster.entries(scope.site.id, None, latest=latest)
    owner_of = {group: owner.group_id for owner in body.scopes for group in owner.groups}
    if any(client.group_id not in owner_of for client in clients):
        owner_of |= await _born(world, scope)
    left_out = await store.roster.left_out(rotation_id)
    relaxed = await store.coverage.covered(rotation_id, _relaxed_gates(body, step))
    others = {owner.group_id: gates_of_others(step, owner, seen) for owner in body.owners(ScopeName.FAILOVER)}
    passed = {gates: await store.coverage.covered(rotation_id, gates) for gates in set(others.values())}
    new = {
        server: await store.coverage.covered(rotation_id, [gate])
        for server, gate in gates_behind_swaps(step, body).items()
    }
    drill = isinstance(step, Gate) and step.is_drill
    seen_at = await store.roster.servers_seen(scope.site.id) if drill else {}
    alone = {client.name for client in clients if client.observed is not None}
    return [
        entry_of(client, owner_of[client.group_id])._replace(
            left_out=client.id in left_out,
            relaxed=client.id in relaxed,
            seen_at=seen_at.get(client.id, frozenset()),
            knows_another=owner_of[client.group_id] in others
            and client.id in passed[others[owner_of[client.group_id]]],
            knows_new=client.observed is not None
            and client.observed.last_server is not None
            and client.id in new.get(client.observed.last_server, ()),
            last_known=client.last_known,
            # a machine that has a record of its own by now is counted there
            twin=None if client.twin is not None and client.twin.name in alone else client.twin,
            network=UNKNOWN if client.observed is None else client.observed.network,
        )
        for client in clients
        if client.group_id in owner_of
    ]


def entry_of(client: RosterClient, owner: GroupId) -> RosterEntry:
    """A client as the roster has it, with the owner of its group, and nothing that a gate knows of it."""
    return RosterEntry(
        id=client.id,
        name=client.name,
        group_id=client.group_id,
        owner=owner,
        observed=client.observed,
        non_persistent=client.non_persistent,
        longest_silence=client.longest_silence,
    )


async def _born(world: World, scope: StepScope) -> dict[GroupId, GroupId]:
    """The groups born since that follow a planned owner, each with that owner."""
    with as_activity_failures():
        async with await world.sepm(scope.site) as client:
            groups = await client.groups()
    return {group: owner.group_id for group, owner in followers(scope.plan.body, groups).items()}


def _relaxed_gates(body: PlanBody, step: Gate | Holdout) -> list[str]:
    """The A8 gate of this step's wave, or the last one before it where groups stay relaxed."""
    index = body.steps.index(step)
    before = [s.id for s in body.steps[:index] if isinstance(s, Gate) and s.purpose is GatePurpose.RELAXED]
    return before[-1:]
