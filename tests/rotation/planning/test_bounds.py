"""Whatever limits a site has and heartbeats SEPM shows: a plan whose times are in order, or a clear refusal."""

from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rotation.plan.refusals import PlanRefusedError
from rotation.plan.step import Closing, Gate, Holdout
from rotation.planning.advice.latest_start import too_long
from rotation.site import Limits, Site

SPANS = st.timedeltas(min_value=timedelta(days=-4000), max_value=timedelta(days=4000)) | st.sampled_from(
    [timedelta(0), timedelta(days=366), timedelta(days=3660), timedelta.max, timedelta.min]
)
HEARTBEATS = st.sampled_from([timedelta(minutes=5), timedelta(days=7)]) | SPANS


@given(
    limits=st.fixed_dictionaries({}, optional=dict.fromkeys(Limits.model_fields, SPANS)),
    heartbeat=HEARTBEATS,
    jitter=st.integers(-(10**6), 10**6),
    ends=st.datetimes(timezones=st.just(UTC)),
)
def test_times_are_not_negative_and_in_order_or_the_plan_is_refused(make, limits, heartbeat, jitter, ends):
    """No limit, heartbeat or date of a certificate makes a plan with a negative time, or an error of ours."""
    site = make.site("s1", "s2")
    stored = site.model_dump(mode="json", exclude={"limits"}) | {"limits": {"purge_after": None} | limits}
    site = Site.model_validate(stored)
    group = make.group("G", heartbeat=heartbeat, jitter=jitter)
    try:
        plan = make.plan(site, group, clients=[make.client("c", "G")], ends=ends)
    except PlanRefusedError:
        return
    assert not site.refused_limits
    zero = timedelta(0)
    assert plan.least >= zero
    for step in plan.body.steps:
        match step:
            case Gate() | Closing():
                assert zero <= step.minimum <= step.patience
            case Holdout():
                assert zero <= step.minimum <= step.maximum
    for earlier, later in zip(plan.times, plan.times[1:], strict=False):
        assert earlier.earliest <= later.earliest
        assert earlier.expected <= later.expected


@pytest.mark.parametrize("seconds", [-1, 0, 10**9])
def test_a_heartbeat_that_cannot_be_meant_names_its_group(make, seconds):
    """The refusal says which group and location has it, and where to set it."""
    group = make.group("G", heartbeat=timedelta(seconds=seconds))
    with pytest.raises(PlanRefusedError) as refused:
        make.plan(make.site("s1"), group)
    (finding,) = [each for each in refused.value.findings if each.code == "heartbeat-implausible"]
    assert finding.subject.startswith("G / ")
    assert "communication settings" in finding.remedy


def test_limits_of_no_use_stop_a_plan(make):
    """A site that was stored with a negative delay gets a plan when an administrator has corrected it, not before."""
    stored = make.site("s1").model_dump(mode="json") | {"limits": {"publish_delay": "-P1D", "purge_after": None}}
    site = Site.model_validate(stored)
    with pytest.raises(PlanRefusedError) as refused:
        make.plan(site, make.group("G"))
    (finding,) = refused.value.findings
    assert (finding.code, finding.subject) == ("limit-refused", "limits.publish_delay")
    assert "-P1D" in finding.message
    again = Site.model_validate_json(site.model_dump_json())
    assert again == site, "it is stored as it was judged"


@pytest.mark.parametrize("limits", [None, [], 5, "x", True])
def test_stored_limits_that_are_no_object_stop_a_plan(make, limits):
    """The site is read all the same, so that it can be shown and corrected."""
    site = Site.model_validate(make.site("s1").model_dump(mode="json") | {"limits": limits})
    assert site.limits == Limits()
    with pytest.raises(PlanRefusedError) as refused:
        make.plan(site, make.group("G"))
    (finding,) = refused.value.findings
    assert (finding.code, finding.subject) == ("limit-refused", "limits.all")


def test_waits_that_add_up_to_more_than_a_life_are_refused(make):
    """Each wait is within its bounds, and all of them together are more than a person can mean."""
    body = make.plan(make.site("s1"), make.group("G")).body
    assert too_long(body) == ()
    gate = next(step for step in body.steps if isinstance(step, Gate) and step.number == "A8")
    ten_years = gate.model_copy(update={"patience": timedelta(days=3660)})
    (finding,) = too_long(body.model_copy(update={"steps": (ten_years,) * 11}))
    assert (finding.code, finding.subject) == ("plan-too-long", "site")


def test_illegal_limits_cannot_be_built():
    """Not by hand either."""
    with pytest.raises(ValidationError):
        Limits(publish_delay=timedelta(days=-1))
