"""At which servers a site can have the drill with stopped services, and what a plan says of it (rule 18)."""

from rotation.access import OfflineDocument
from rotation.plan.step import Console
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.planning.choice.stop_drill import stop_drill


def drilled(make, site, **fields):
    """The plan of a site with one group that fails over, and with the drill."""
    request = make.request(site, drill_stop=True)
    return make.plan(site, make.group("G"), clients=[make.client("c1")], request=request, **fields)


def stopped(plan):
    """The servers that are stopped and started, in their order."""
    works = [step.work for step in plan.body.steps if isinstance(step, Console)]
    starts = [work.server for work in works if isinstance(work, StartServer)]
    stops = [work.server for work in works if isinstance(work, StopServer)]
    assert starts == stops
    return stops


def refused(make, site, *, rest_at=("s1",), clients=(), **fields):
    """The codes for which no plan with the drill is made."""
    request = make.request(site, drill_stop=True)
    known = {"clients": clients or [make.client("c1")], "request": request, "rest_at": rest_at, **fields}
    return make.refusal(site, make.group("G"), **known)


def test_a_plan_says_what_it_costs_and_where_it_is_left_out(make):
    """REST answers at the first server: what clients do while that one is stopped could not be read."""
    plan = drilled(make, make.site("s1", "s2", "s3"), rest_at=("s1",))
    assert stopped(plan) == ["s2", "s3"]
    found = {each.code: each for each in plan.findings}
    assert "each of s2, s3" in found["drill-stop"].message
    assert "15 minutes at least" in found["drill-stop"].message
    assert found["drill-stop-without"].subject == "s1"


def test_it_is_not_there_without_a_request(make):
    """It takes two tasks and three heartbeats for each server."""
    plan = make.plan(make.site("s1", "s2"), make.group("G"), clients=[make.client("c1")], rest_at=("s1",))
    assert stopped(plan) == []
    assert not {each.code for each in plan.findings} & {"drill-stop", "drill-stop-without"}


def test_it_needs_a_group_that_fails_over(make):
    """Relaxed clients take any certificate."""
    assert refused(make, make.site("s1", "s2"), clients=[make.client("c1", build="14.2.1.0")]) == ["drill-stop-unfit"]


def test_it_needs_another_server(make):
    """And one that can be stopped without silencing REST."""
    site = make.site("s1", "s2")
    request = make.request(site, only=["s1"], drill_stop=True)
    found = make.refusal(site, make.group("G"), clients=[make.client("c1")], request=request, rest_at=("s1",))
    assert "drill-stop-unfit" in found
    assert "drill-stop-unfit" in refused(make, make.site("s1"))


def test_a_rest_address_of_no_single_server_refuses_it(make):
    """The service cannot know which server must go on."""
    assert refused(make, make.site("s1", "s2"), rest_at=("s1", "s2")) == ["drill-stop-unfit"]


def test_a_server_that_is_down_refuses_it(make):
    """Clients of a stopped server need every other one."""
    assert "drill-stop-unfit" in refused(make, make.site("s1", "s2", "s3"), silent=("s3",))


def test_a_site_without_rest_cannot_have_it(make):
    """Exports tell too late who has come."""
    site = make.site("s1", "s2")
    access = OfflineDocument.model_construct(version="12.1", recorded_at=make.t0, groups=())
    console, scopes = site.model_copy(update={"access": access}), drilled(make, site, rest_at=("s1",)).body.scopes
    request = make.request(site, drill_stop=True)
    found = stop_drill(console, make.survey(site), scopes, request, (), first=True)
    assert [("exports only" in each.message, each.code) for each in found] == [(True, "drill-stop-unfit")]


def test_an_amendment_goes_on_without_it_where_it_cannot_be_had(make):
    """The one server that is left may be that of REST."""
    site = make.site("s1", "s2", "s3")
    request = make.request(site, only=["s1"], drill_stop=True)
    plan = make.plan(
        site, make.group("G"), clients=[make.client("c1")], request=request, rest_at=("s1",), after=40, now=make.t0
    )
    assert stopped(plan) == []
