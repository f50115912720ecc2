"""What a registered site's service had seen of its clients before the rotation that is played."""

from datetime import timedelta

from rotation.survey import ObservedClient
from rotation.values import ClientId, GroupId, ServerName
from simulation.drawn.scenario import START, Registered, Scenario
from store.store import Store

_APART = timedelta(days=1)


async def remember(store: Store, scenario: Scenario, registered: Registered) -> None:
    """Store at which servers each client was seen: one earlier reading for each server, newest first in the list."""
    groups = {group.path: GroupId(group.id or "") for group in scenario.spec.groups}
    at: dict[ServerName, list[ObservedClient]] = {}
    for batch in scenario.spec.clients:
        machine = batch.machine
        if machine is None or machine.silent is None:
            continue
        for server in registered.seen_at.get(ClientId(machine.id), ()):
            seen = ObservedClient(
                id=ClientId(machine.id),
                name=machine.name,
                group_id=groups[batch.group],
                build=batch.build,
                last_seen=START - machine.silent - _APART,
                last_server=server,
                serial=None,
                non_persistent=batch.npvdi,
            )
            at.setdefault(server, []).append(seen)
    for number, server in enumerate(sorted(at), 1):
        await store.roster.update(registered.site.id, START - number * _APART, (), at[server])
