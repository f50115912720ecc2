"""Findings weigh differently, and only blocking ones stop a rotation."""

from rotation.finding import blockers, blocking, info, warning


def test_only_blocking_findings_stop():
    """Reasons and warnings are shown; what blocks is told apart, in its order."""
    first, second = blocking("a", "s", "m"), blocking("b", "s", "m")
    assert blockers([info("i", "s", "m"), first, warning("w", "s", "m"), second]) == (first, second)
