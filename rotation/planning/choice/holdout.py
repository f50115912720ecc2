"""Which servers stay on the old certificate to the last: a smallest set that serves every failover pair (rule 6)."""

from collections.abc import Collection, Iterable
from itertools import combinations

from rotation.values import ServerName


def holdouts(
    offers: Collection[frozenset[ServerName]], candidates: Iterable[ServerName]
) -> frozenset[ServerName] | None:
    """A smallest set of `candidates` that leaves each offer a server inside it and another outside.

    Args:
        offers: for each failover pair, the reachable servers of this site that its list offers.
        candidates: the servers in order of preference, the most preferred first.

    Returns:
        The set, empty when there are no offers; None when no set serves every offer.
    """
    if not offers:
        return frozenset()
    names = tuple(candidates)
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            held = frozenset(chosen)
            if all(offer & held and offer - held for offer in offers):
                return held
    return None
