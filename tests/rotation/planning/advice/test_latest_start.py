"""The latest safe start: what decides it, and when it is near."""

from datetime import timedelta

import pytest

from rotation.plan.forecast import promised
from rotation.plan.request import Unproven
from rotation.plan.step import Gate
from rotation.planning.advice.latest_start import latest_start, until_replaced
from rotation.values import ServerName

DAY = timedelta(days=1)
PERSON = timedelta(minutes=30)


@pytest.fixture
def ending(make):
    """A site that is surveyed with old certificates of these ends, in days after the start."""

    def ending(site, *groups, **days):
        survey = make.survey(site, *groups)
        served = tuple(
            each.model_copy(update={"not_after": make.t0 + days[each.server] * DAY if days[each.server] else None})
            for each in survey.served
        )
        return survey.model_copy(update={"served": served})

    return ending


@pytest.fixture
def failover(make, ending):
    """A plan of two servers whose clients fail over: s1 first, s2 is the holdout."""

    def failover(s1, s2, **limits):
        site = make.site("s1", "s2", **limits)
        survey = ending(site, make.group("G"), s1=s1, s2=s2)
        return make.plan(site, make.group("G"), clients=[make.client("c1")], survey=survey)

    return failover


def near_codes(plan):
    """The codes of the findings on the latest start."""
    return [found.code for found in plan.findings if found.code.startswith("latest-start")]


def test_the_holdout_is_counted_at_its_maximum(failover, make):
    """A client that returns on the holdout's last day must still find the old certificate: 90 days, not 30."""
    latest = failover(200, 200).latest_start
    # two recovery files, what hands out Sylink.xml, s1, its gate of 17 minutes, 90 days, 17 minutes for a moved policy,
    # the look before the last wave, s2
    assert latest.takes == 8 * PERSON + 90 * DAY + timedelta(minutes=17 + 17, seconds=60)
    assert latest.margin == 14 * DAY
    assert latest.at == make.t0 + 200 * DAY - 104 * DAY - 8 * PERSON - timedelta(minutes=17 + 17, seconds=60)
    assert latest.server == "s2"


def test_a_certificate_is_needed_until_it_is_replaced(failover):
    """s1 is replaced before the holdout: the end of its certificate within it delays nothing."""
    assert failover(60, 400).latest_start.server == "s1"
    assert failover(60, 400).latest_start.takes == 5 * PERSON + timedelta(seconds=30)
    assert failover(120, 200).latest_start.server == "s2"


def test_relaxed_groups_are_waited_for_before_the_swap(make, ending):
    """Rule 3: an absentee of a relaxed group has no holdout, so A8 counts as long as the holdout would."""
    site = make.site("s1", holdout_maximum=77 * DAY)
    plan = make.plan(site, make.group("G"), survey=ending(site, make.group("G"), s1=300))
    assert plan.latest_start.takes // DAY == 77
    gates = [step for step in plan.body.steps if step.number == "A10b"]
    assert [promised(gate) for gate in gates] == [gate.minimum for gate in gates]


def test_gates_of_the_vendors_numbers_are_counted_at_their_minimum(failover):
    """A gate that everybody passes costs what it must wait; what goes wrong is the margin's."""
    plan = failover(200, 200, gate_patience=60 * DAY)
    assert plan.latest_start.takes // DAY == 90
    assert plan.latest_start.margin == 60 * DAY


def test_a_gate_over_canaries_is_counted_at_its_minimum(make):
    """Canaries were there just before: the gate does not wait for one of them as for a client that is away."""
    groups = [make.group(path) for path in ("G", "H")]
    plan = make.plan(make.site("s1"), *groups, clients=[make.client("c1"), make.client("c2", "H")])
    first = next(step for step in plan.body.steps if isinstance(step, Gate) and step.over_canaries)
    assert first.patience > first.minimum
    assert promised(first) == first.minimum


def test_a_drill_is_counted_to_its_limit(make):
    """It ends there by itself: whom it has not shown is decided about then."""
    site = make.site("s1", "s2")
    request = make.request(site, unproven_failover=Unproven.DRILL)
    plan = make.plan(site, make.group("G"), clients=[make.client("c1")], request=request, seen_at={})
    drill = next(step for step in plan.body.steps if isinstance(step, Gate) and step.is_drill)
    assert promised(drill) == drill.patience > drill.minimum


def test_the_margin_is_a_day_at_least(failover):
    """A site whose gates ask at once keeps a day."""
    assert failover(200, 200, gate_patience=timedelta(0)).latest_start.margin == DAY


def test_nothing_is_known_where_no_end_is(make, ending, failover):
    """A server that does not tell its end decides nothing, and one that keeps its certificate neither."""
    assert failover(None, 200).latest_start.server == "s2"
    assert failover(None, None).latest_start is None
    site = make.site("s1", "s2")
    survey = ending(site, make.group("G"), s1=300, s2=2)
    plan = make.plan(site, make.group("G"), request=make.request(site, only=["s1"]), survey=survey)
    assert plan.latest_start.server == "s1"
    assert until_replaced(plan.body, ServerName("s2")) is None
    assert latest_start(plan.body, (), site.limits) is None


@pytest.mark.parametrize(
    ("left", "named"), [(31, None), (30, "30 days"), (14, "14 days"), (7, "7 days"), (0.01, "7 days")]
)
def test_it_warns_when_it_is_near(failover, left, named):
    """A warning 30, 14 and 7 days before it, and none earlier."""
    takes = failover(400, 400).latest_start.takes
    near = [found for found in failover(400, (left * DAY + takes) / DAY + 14).findings if "latest" in found.code]
    assert [found.code for found in near] == (["latest-start-near"] if named else [])
    if named:
        assert f"less than {named} are left" in near[0].message


def test_the_last_moment_itself_is_in_time(failover):
    """At the moment it is near; a little later it has passed."""
    takes = failover(400, 400).latest_start.takes
    assert near_codes(failover(400, takes / DAY + 14)) == ["latest-start-near"]
    assert near_codes(failover(400, takes / DAY + 13.99)) == ["latest-start-passed"]
