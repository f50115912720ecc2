"""Which servers stay on the old certificate to the last: a small set that serves every failover pair (rules 6, 24b)."""

from collections.abc import Collection, Iterable
from itertools import combinations

from rotation.values import ServerName


def holdouts(
    offers: Collection[frozenset[ServerName]],
    candidates: Iterable[ServerName],
    first_choices: Collection[frozenset[ServerName]] = (),
) -> frozenset[ServerName] | None:
    """A smallest set of `candidates` that leaves each offer a server inside it and another outside.

    Where such a set leaves a server of each first choice outside, a smallest one of those, of one server more at most.

    Args:
        offers: for each failover pair, the reachable servers of this site that its list offers.
        candidates: the servers in order of preference, the most preferred first.
        first_choices: of each of these lists, the servers that clients go to while these are up.

    Returns:
        The set, empty when there are no offers; None when no set serves every offer.
    """
    if not offers:
        return frozenset()
    names = tuple(candidates)
    sets = (frozenset(chosen) for size in range(1, len(names) + 1) for chosen in combinations(names, size))
    smallest = None
    for held in sets:
        if smallest is not None and len(held) > len(smallest) + 1:
            break
        if all(offer & held and offer - held for offer in offers):
            if all(first - held for first in first_choices):
                return held
            smallest = smallest or held
    return smallest
