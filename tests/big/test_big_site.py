"""A site of some groups, measured as `make big` measures one of thousands: nothing of it follows the site's size."""

import pytest

from tests.big.judging import lines, problems
from tests.big.playing import measured
from tests.big.size import Bounds, Size

SMALL = Size(groups=40, clients=400, away=20)


@pytest.mark.parametrize("end", ["cancelled", "completed"])
async def test_a_rotation_of_many_histories_is_within_its_bounds(end):
    """A rotation that is cancelled within a gate or completes is within its bounds; what is out of them is reported."""
    cost = await measured(SMALL, cancelled=end == "cancelled", suggested_after=100)
    assert problems(cost, end, SMALL) == []
    assert any(line.startswith(f"  {end} in") for line in lines(cost))

    tight = Bounds(start_bytes=10, payload_bytes=10, state_bytes=10, poll_requests=1, reading_events=10)
    wrong = problems(cost.model_copy(update={"lost": 1, "histories": 1, "begun_in_a_gate": 0}), "refused", SMALL, tight)
    assert len(wrong) >= 4 + 6
