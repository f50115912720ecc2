"""The rivals: strategies without proof cut clients off where the product does not."""

from simulation.drawing import Faults, Sizes, draw
from tests.proof.rivals import STRATEGIES, compare, together, told

SIZES = Sizes(servers=3, groups=4, clients=24)


async def test_strategies_without_proof_cut_clients_off():
    """On a handful of sites each rival loses clients, the product none, and the report has a line for each."""
    beside = await compare(draw(seed, SIZES, Faults.NONE) for seed in range(2, 8))
    assert (beside.lost["product"], beside.promised) == (0, 0)
    assert all(beside.lost[strategy.__name__] > 0 for strategy in STRATEGIES), beside
    assert len(told(beside)) == 3 + len(STRATEGIES)
    twice = together([beside, beside])
    assert (twice.sites, twice.lost) == (2 * beside.sites, {name: 2 * count for name, count in beside.lost.items()})
