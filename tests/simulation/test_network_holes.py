"""Networks that let no plain HTTP through cut off no client but canaries: each way stays closed."""

import pytest

from rotation.running.state import Outcome
from tests.simulation.holes import shortcomings
from tests.simulation.network_holes import NETWORK_HOLES


@pytest.mark.parametrize("hole", NETWORK_HOLES, ids=lambda each: each.name)
async def test_no_client_is_lost(hole):
    """It is found before anything is written, the port is opened, and the rotation runs to its end."""
    facts = await hole.played()
    assert shortcomings(facts, residual=hole.residual) == []
    assert facts.outcome is Outcome.COMPLETED
