"""A certificate that has only just become valid: clients with slow clocks would refuse it."""

from datetime import timedelta

import pytest

from rotation.certificate import Chain, ChainCertificate
from rotation.finding import Severity
from rotation.planning.advice.slow_clocks import undrilled, young
from rotation.planning.planner import make_plan
from rotation.text.written_values import instant_text
from rotation.values import PlanId, ServerName

YOUNG = "certificate-young"
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("floor", "hours", "warns"),
    [(0, 1, True), (0, 47, True), (0, 48, False), (24, 1, True), (24, 24, False), (0, -1, False)],
    ids=["made just now", "nearly two days", "two days", "a day's gate first", "two days then", "not valid yet"],
)
def test_a_young_certificate_warns(make, floor, hours, warns):
    """What counts is for how long it will have been valid when it can go in at the earliest."""
    site = make.site("s1", relax_floor=floor * HOUR)
    body = make.plan(site, make.group("G"), clients=[make.client("c1")]).body
    found = list(young(body, ServerName("s1"), make.facts(not_before=make.t0 - hours * HOUR), now=make.t0))
    assert [(each.code, each.severity, each.subject) for each in found] == (
        [(YOUNG, Severity.WARNING, "s1")] if warns else []
    )


def test_it_says_by_how_much_a_clock_may_be_slow_and_when_it_is_safe(make):
    """What to do is to wait, to look at the clocks, or to take a certificate that begins with the present ones."""
    site = make.site("s1", relax_floor=24 * HOUR)
    body = make.plan(site, make.group("G"), clients=[make.client("c1")]).body
    (found,) = young(body, ServerName("s1"), make.facts(not_before=make.t0 - HOUR), now=make.t0)
    assert "25 hours later" in found.message
    assert instant_text(make.at(hours=47)) in found.remedy
    assert "or have the service make a certificate for the site" in found.remedy


def test_a_plan_names_the_servers_whose_certificate_is_too_young(make):
    """The dry run has it, and a plan is made all the same. Behind the holdout a certificate is old enough."""
    site, group, clients = make.site("s1", "s2"), make.group("G"), [make.client("c1")]
    seen = make.observed(site, group, clients=clients)
    made = [make.facts(server, not_before=make.t0 - HOUR) for server in ("s1", "s2")]
    seen = seen.model_copy(update={"certificates": {each.id: each for each in made}})
    plan = make_plan(site, seen, make.request(site), plan_id=PlanId("plan"), now=make.t0)
    assert plan.body.holdouts == ("s2",)
    assert [each.subject for each in plan.findings if each.code == YOUNG] == ["s1"]


@pytest.mark.parametrize(
    "case",
    [(3, 1, 3, ["s3"]), (3, 1, 366, []), (3, 0, 3, []), (1, 1, 3, [])],
    ids=["by an authority", "a year ago", "by itself", "no server to go to"],
)
@pytest.mark.parametrize("drilled", [False, True], ids=["no drill", "with the drill"])
def test_a_drill_is_advised_where_clocks_may_be_slow(make, case, drilled):
    """Clients that fail over gather at the server that keeps its old certificate, until it is replaced, too."""
    servers, issuers, days, advised = case
    site = make.site(*(f"s{number + 1}" for number in range(servers)))
    request = make.request(site, drill_stop=drilled and servers > 1)
    body = make.plan(site, make.group("G"), clients=[make.client("c1")], request=request).body
    authority = ChainCertificate(subject="CN=CA", not_after=make.at(minutes=1))
    chain = Chain(issuers=(authority,) * issuers)
    certificate = make.facts(not_before=make.t0 - days * 24 * HOUR, chain=chain)
    found = [each for known in site.servers for each in undrilled(body, known.name, certificate, now=make.t0)]
    assert [each.subject for each in found] == ([] if drilled else advised)
    assert {each.code for each in found} <= {"certificate-clocks-unshown"}
