"""Past the latest safe start: every way to be in time still, and what it costs."""

from datetime import timedelta

import pytest

from rotation.finding import info
from rotation.planning.advice.shortening import too_late

DAY = timedelta(days=1)
MONTH = 30 * 24 * 60


@pytest.fixture
def ways(make):
    """The findings on a plan whose old certificates end after so many days, by code."""

    def ways(site, *groups, ends, clients=(), **request):
        survey = make.survey(site, *groups)
        served = tuple(
            each.model_copy(update={"not_after": make.t0 + ends[each.server] * DAY}) for each in survey.served
        )
        survey = survey.model_copy(update={"served": served})
        plan = make.plan(
            site, *groups, clients=clients, survey=survey, request=make.request(site, **request), seen_at=None
        )
        return {found.code: found for found in plan.findings if found.code.startswith(("latest", "shorten"))}

    return ways


@pytest.fixture
def fails_over(make, ways):
    """The same of two servers whose three clients fail over; one is away for 40 days, one was never seen."""

    def fails_over(s1, s2):
        clients = [make.client("c1"), make.client("c2", seen=-40 * 24 * 60), make.client("c3", seen=None)]
        return ways(make.site("s1", "s2"), make.group("G"), ends={"s1": s1, "s2": s2}, clients=clients)

    return fails_over


def test_a_shorter_holdout_costs_who_is_away_longer(fails_over):
    """Ten days late: a holdout of 79 days is enough, and cuts off who is silent for longer."""
    findings = fails_over(95, 94)
    assert "the latest safe start was 2026-02-19, 10 days ago" in findings["latest-start-passed"].message
    shorter = findings["shorten-holdout"]
    assert (
        "a holdout of 79 days at most, instead of 90 days, gains 11 days, which is enough (waits: 1)" in shorter.message
    )
    assert "(silent for longer now: 1 of 3)" in shorter.message
    assert shorter.remedy == "set limits.holdout_maximum to 79 days at most"


def test_what_is_too_late_is_selected(fails_over):
    """First that it is too late, then the ways out; a plan that begins in time, or only just, has no such finding."""
    findings = (info("procedure", "site", "list B"), *reversed(fails_over(95, 94).values()))
    assert {each.code for each in too_late(findings)} == {each.code for each in findings[1:]}
    assert too_late(findings)[0].code == "latest-start-passed"
    assert too_late(fails_over(109, 109).values()) == ()
    assert "latest-start-near" in fails_over(109, 109)


def test_a_smaller_margin_is_what_may_go_wrong(fails_over):
    """Eleven of the fourteen days of a gate's patience are given up."""
    message = fails_over(95, 94)["shorten-gate-patience"].message
    assert message.startswith("a gate patience of 3 days, instead of 14 days, gains 11 days, which is enough")


def test_another_holdout_costs_nothing(fails_over):
    """A server whose certificate lasts longer is named as the holdout, with what that gains; else none is."""
    findings = fails_over(300, 94)
    assert findings["shorten-other-holdout"].subject == "s1"
    assert "gains 90 days, which is enough" in findings["shorten-other-holdout"].message
    assert "gains 6 days, which is 4 days too few" in fails_over(100, 94)["shorten-other-holdout"].message
    assert "shorten-other-holdout" not in fails_over(94, 94)


def test_another_holdout_is_in_time_when_it_is_asked_for(make, ways):
    """A holdout that the plan calls enough is enough: a plan with it has no finding on its start."""
    ends = {"s1": 300, "s2": 94}
    clients = [make.client("c1")]
    assert ways(make.site("s1", "s2"), make.group("G"), ends=ends, clients=clients, holdout=("s1",)) == {}


def test_a_plan_of_its_own_is_in_time(make, ways):
    """The server in a hurry alone: no holdout, and the other one keeps its certificate for who is away."""
    ends = {"s1": 95, "s2": 94}
    clients = [make.client("c1")]
    assert ways(make.site("s1", "s2"), make.group("G"), ends=ends, clients=clients, only=["s2"]) == {}


def test_a_plan_of_its_own_costs_another_rotation(fails_over):
    """No holdout goes before a server that is replaced alone; the other one has its rotation later."""
    own = fails_over(95, 94)["shorten-fewer-waves"]
    assert own.subject == "s2"
    assert "replaced sooner, by 90 days, which is enough; the other servers (1) need another rotation" in own.message


def test_the_first_server_gains_nothing_alone(fails_over):
    """What ends first and goes first has no holdout before it: only the margin is left."""
    assert set(fails_over(5, 400)) == {"latest-start-passed", "shorten-gate-patience"}


def test_what_is_not_enough_says_what_lacks(make, ways):
    """A holdout is not shortened below its minimum, and the finding has the number of missing days."""
    findings = ways(
        make.site("s1", holdout_minimum=80 * DAY), make.group("G"), ends={"s1": 20}, clients=[make.client("c1")]
    )
    assert "a holdout of 80 days at most, instead of 90 days, gains 10 days, which is 74 days too few (waits: 1)" in (
        findings["shorten-holdout"].message
    )
    assert "gains 13 days, which is 71 days too few" in findings["shorten-gate-patience"].message


def test_relaxed_groups_may_stay_relaxed(make, ways):
    """Both waves wait for relaxed groups: staying relaxed saves the second wait, and costs clear text until then."""
    site = make.site("s1", "s2")
    groups = (make.group("G"), make.group("H"))
    clients = [make.client("c1"), make.client("c2", "H", build="14.2.1"), make.client("c3", "H", build="14.2.1")]
    ends = {"s1": 400, "s2": 250}
    findings = ways(site, *groups, ends=ends, clients=clients)
    stay = findings["shorten-keep-relaxed"].message
    assert "gain 90 days, which is enough; their clients (2) then use clear text" in stay
    # 34 days late, over A8, the holdout and A8 again: 12 days less of each
    assert "a holdout of 78 days at most, instead of 90 days, gains 36 days, which is enough (waits: 3)" in (
        findings["shorten-holdout"].message
    )
    assert ways(site, *groups, ends=ends, clients=clients, keep_relaxed=True) == {}


def test_a_plan_in_time_has_none(fails_over):
    """Where there is time nothing needs to be shorter."""
    assert fails_over(300, 300) == {}
