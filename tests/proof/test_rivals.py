"""The rivals: strategies without proof cut clients off where the product does not."""

from simulation.drawing import Faults
from tests.proof.rivals import STRATEGIES, compare, told


async def test_strategies_without_proof_cut_clients_off():
    """On a handful of sites each rival loses clients, the product none, and the report has a line for each."""
    beside = await compare(range(2, 8), Faults.NONE)
    assert beside.lost["product"] == 0
    assert all(beside.lost[strategy.__name__] > 0 for strategy in STRATEGIES), beside
    assert len(told(beside)) == 2 + len(STRATEGIES)
