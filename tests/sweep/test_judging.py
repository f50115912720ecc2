"""What a run is judged by."""

from collections import Counter

import pytest

from tests.sweep.judging import moved_for_good


@pytest.mark.parametrize(
    ("sizes", "fair"),
    [
        ({"513": 1, "512": 1}, True),
        ({"513": 2, "512": 2}, True),
        ({"513": 2, "512": 1}, False),
        ({"513": 1}, False),
        ({"513": 1, "512": 1, "514": 1}, False),
    ],
)
def test_a_policy_is_moved_as_often_as_back(sizes, fair):
    """A call that a crash cut off moves it again; in the end the size is as before. Other effects are left alone."""
    effects: Counter[tuple[str, ...]] = Counter({("console.republish",): 3})
    effects.update({("rest.client_log", "Root", "Default", size): count for size, count in sizes.items()})
    assert (moved_for_good(effects) == []) is fair
