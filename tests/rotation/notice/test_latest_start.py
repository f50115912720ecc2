"""Certificates: 90, 60, 30, 14 and 7 days before a rotation must begin, and when that has passed."""

import pytest

from rotation.notice.latest_start import of_site
from rotation.plan.start_by import LatestStart


@pytest.mark.parametrize(
    ("left", "days"),
    [(90.1, None), (90, 90), (61, 90), (60, 60), (30, 30), (14, 14), (7, 7), (0.1, 7), (0, 0), (-5, 0)],
)
def test_each_limit_is_reported_once(seen, left, days):
    """The least that is reached; a site that was away for long gets one notice and not five."""
    found = of_site(seen.watched(seen.port(left)), seen.t0)
    assert [each.days for each in found] == ([] if days is None else [days])
    later = of_site(seen.watched(seen.port(left)), seen.at(minutes=10))
    assert [each.id for each in found] == [each.id for each in later]


def test_days_are_counted_to_the_latest_start_of_the_newest_plan(seen):
    """Where the certificate that decides it is still there; another one is counted to its own end."""
    start = LatestStart(
        at=seen.at(days=20),
        server=seen.port().endpoint.server,
        ends=seen.at(days=100),
        takes=seen.at(days=79) - seen.t0,
        margin=seen.at(days=1) - seen.t0,
    )
    (notice,) = of_site(seen.watched(seen.port(100), latest_start=start), seen.t0)
    assert (notice.days, notice.by_when, notice.subject) == (30, seen.at(days=20), "sepm1")
    assert of_site(seen.watched(seen.port(400), latest_start=start), seen.t0) == (), "it was replaced since"


def test_a_site_whose_rotation_runs_has_begun(seen):
    """It is not called for what it is about to end."""
    assert of_site(seen.watched(seen.port(5), runs=True), seen.t0) == ()
