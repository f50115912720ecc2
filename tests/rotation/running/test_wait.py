"""The numbers of a gate's reading, in words."""

import pytest

from rotation.running.wait import GateReading


@pytest.mark.parametrize(
    ("names", "count", "shown"),
    [((), 0, ""), (("a", "b"), 2, "a, b"), (("a", "b"), 8, "a, b and 6 more"), ((), 3, "")],
)
def test_names_are_some_of_those_counted(make, names, count, shown):
    """Ten names stand for sixteen clients only where it says that there are six more."""
    read = GateReading(
        taken_at=make.t0,
        total=20,
        covered=20 - count,
        safe=0,
        waiting=count,
        left_out=0,
        by_reason={},
        waiting_names=names,
        reached=False,
        quiet=count,
        quiet_names=names,
    )
    assert read.waiting_shown == read.quiet_shown == shown
