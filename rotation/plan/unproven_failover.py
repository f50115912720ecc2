"""Clients whose failover was never seen (rules 8 and 21), and those of them that a person approves by name."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from rotation.survey import ObservedClient, ObservedGroup
from rotation.values import ClientId, GroupId, ListName, ServerName, Value

SERVERS = 2
"""Servers of each list at which a client must have been seen to have shown that it fails over."""

Names = dict[ClientId, str]
"""Clients, with the names by which a person knows them."""


class OnTrust(Value):
    """Clients of a group that a person takes to fail over. The plan holds their names; these the hash covers too."""

    group_id: GroupId
    path: str
    clients: int
    names_sha256: str

    @classmethod
    def of(cls, group_id: GroupId, path: str, names: Names) -> "OnTrust":
        """What stands in a plan's body for `names`."""
        return cls(group_id=group_id, path=path, clients=len(names), names_sha256=digest(names))


def digest(names: Mapping[ClientId, str]) -> str:
    """SHA-256 of the names, in order of the clients' ids."""
    return hashlib.sha256(json.dumps(sorted(names.items()), separators=(",", ":")).encode()).hexdigest()


def unproven(
    group: ObservedGroup,
    clients: Iterable[ObservedClient],
    seen_at: Mapping[ClientId, frozenset[ServerName]],
    usable: Mapping[ListName, frozenset[ServerName]],
) -> tuple[ClientId, ...]:
    """Clients that have not shown that they fail over, whichever list of their group they come to use.

    Args:
        group: the owner of the clients' settings.
        clients: the clients of it and of all groups that inherit from it.
        seen_at: from stored history, the servers at which each client was ever seen.
        usable: by list, the servers of this site in it that answer.
    """
    offers = {usable[location.settings.server_list] for location in group.locations}
    return tuple(client.id for client in clients if not fails_over(seen_at.get(client.id, frozenset()), offers))


def fails_over(seen_at: frozenset[ServerName], offers: Iterable[frozenset[ServerName]]) -> bool:
    """Whether a client was seen at two servers of every list: REST does not show at which location it is (rule 21).

    Lists with the same servers, and those that have both, are shown together.
    """
    return all(len(seen_at & offer) >= SERVERS for offer in offers)
