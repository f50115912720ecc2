"""What must be true before a plan may be started: each finding once."""

from datetime import timedelta

import pytest

from rotation.access import OfflineDocument
from rotation.plan.refusals import PlanRefusedError
from rotation.planning.planner import make_plan
from rotation.values import PlanId
from tests.rotation.conftest import T0

DAY = timedelta(days=1)


@pytest.fixture
def failover(make):
    """Two servers, one group that fails over: s1, then s2 as holdout."""
    site = make.site("s1", "s2")
    return site, make.plan(site, make.group("G"), clients=[make.client("c1")])


def codes(plan):
    """The codes of a plan's findings."""
    return [found.code for found in plan.findings]


def test_procedure(failover):
    """Every plan has a finding on its procedure."""
    assert codes(failover[1]) == ["failover", "procedure"]


def test_replicates(make):
    """The plan announces that replication will be paused."""
    plan = make.plan(make.site("s1"), make.group("G"), replication_partners=("Linz",))
    assert "replicates" in codes(plan)


def test_clients_away(make):
    """Who is silent for longer than the away limit is counted; who is silent for less is not."""
    month = 30 * 24 * 60
    clients = [make.client("c1", seen=-month - 1), make.client("c2", seen=None), make.client("c3", seen=1 - month)]
    plan = make.plan(make.site("s1"), make.group("G"), clients=clients)
    message = next(found.message for found in plan.findings if found.code == "clients-away")
    assert message == "2 clients are silent for longer than 30 days; the gate A8 waits for them"


def test_the_procedure_says_which_server_is_the_last_one(make, failover):
    """Where every group is relaxed it says why there is none, and what clients that are away have instead."""
    plans = make.plan(make.site("s1"), make.group("G")), failover[1]
    relaxed, mixed = (found.message for plan in plans for found in plan.findings if found.code == "procedure")
    assert relaxed.endswith("clients that are away are waited for before the first replacement (A8)")
    assert mixed.endswith("holdout: s2")


def test_unknown_server(make):
    """A certificate for a server that the site does not have."""
    site = make.site("s1")
    request = make.request(site).model_copy(update={"certificates": {"s1": "cert-s1", "s9": "cert-s1"}})
    assert make.refusal(site, make.group("G"), request=request) == ["unknown-server"]


def test_unfit_certificate_refuses_the_plan(make):
    """The checks of certificates are made with the plan's own length."""
    site = make.site("s1")
    observed = make.observed(site, make.group("G"))
    plan = make.plan(site, make.group("G"))
    short = make.facts("s1", not_after=make.t0 + 90 * DAY + plan.least)
    assert make.unmet(plan, site, observed.survey, certificates={"s1": short}) == [
        "procedure",
        "certificate-ends-too-soon",
    ]
    long = make.facts("s1", not_after=make.t0 + 91 * DAY + plan.least)
    assert make.unmet(plan, site, observed.survey, certificates={"s1": long}) == ["procedure"]


def test_certificate_in_use(make, failover):
    """A certificate that the server presents already would be seen as replaced at once."""
    site, plan = failover
    same = make.facts("s1", fingerprint="old-s1")
    found = make.unmet(plan, site, make.survey(site, make.group("G")), certificates={"s1": same})
    assert found == ["procedure", "certificate-in-use"]


def test_nothing_to_do(make):
    """A plan for no server."""
    site = make.site("s1")
    assert make.refusal(site, make.group("G"), request=make.request(site, only=[])) == ["nothing-to-do"]


def test_server_silent(make):
    """A server that is to be replaced and does not answer: what it serves now is not known, and may be damaged only."""
    with pytest.raises(PlanRefusedError) as refused:
        make.plan(make.site("s1", "s2"), make.group("G"), silent=["s2"])
    (found,) = refused.value.findings
    assert (found.code, "recovery file" in found.remedy) == ("server-silent", True)


def test_server_left_as_is(make):
    """A server without a new certificate is named, and not in the way; not one that was replaced before."""
    site = make.site("s1", "s2")
    plan = make.plan(site, make.group("G"), request=make.request(site, only=["s1"]))
    assert [found.subject for found in plan.findings if found.code == "server-left-as-is"] == ["s2"]
    observed = make.observed(site, make.group("G")).model_copy(update={"replaced": frozenset({"s1"})})
    amended = make_plan(site, observed, make.request(site, only=["s2"]), plan_id=PlanId("plan"), now=T0)
    assert [found for found in amended.findings if found.code == "server-left-as-is"] == []


def test_http_port_silent(make):
    """Relaxed clients will come over HTTP: the port must answer before they are sent there."""
    silent = frozenset({"s1"})
    assert make.refusal(make.site("s1"), make.group("G"), http_silent=silent) == ["http-port-silent"]


def test_http_port_does_not_matter_to_failover(make):
    """Where no group is relaxed, no client needs the HTTP port."""
    silent = frozenset({"s1", "s2"})
    plan = make.plan(make.site("s1", "s2"), make.group("G"), clients=[make.client("c1")], http_silent=silent)
    assert "http-port-silent" not in codes(plan)


@pytest.mark.parametrize("servers", [("s1",), ("s1", "s2")])
@pytest.mark.parametrize(("days", "refused"), [(89, True), (90, False), (None, False)])
def test_rule_1_sepms_own_purge_below_the_horizon_is_refused(make, servers, days, refused):
    """SEPM forgets clients after 89 days, the plan waits for them up to 90: some would go uncounted."""
    site = make.site(*servers, purge_after=None if days is None else days * DAY)
    clients = [make.client("c1")]
    if refused:
        assert make.refusal(site, make.group("G"), clients=clients) == ["purge-before-horizon"]
    else:
        assert "purge-before-horizon" not in codes(make.plan(site, make.group("G"), clients=clients))


def test_rule_3_patience_of_relaxed_groups_goes_before_the_swap(make):
    """An absentee of a relaxed group has no holdout: A8 waits as long as the holdout would."""
    plan = make.plan(make.site("s1", holdout_maximum=77 * DAY), make.group("G"))
    assert [step.patience for step in plan.body.steps if step.number == "A8"] == [77 * DAY]


def test_holdout_outlives_certificate(make):
    """The holdout's old certificate ends before the holdout may: late clients find no server with it."""
    site, clients = make.site("s1", "s2"), [make.client("c1")]
    assert make.refusal(site, make.group("G"), clients=clients, ends=make.t0 + 89 * DAY) == [
        "holdout-outlives-certificate"
    ]
    plan = make.plan(site, make.group("G"), clients=clients, ends=make.t0 + 91 * DAY)
    assert "holdout-outlives-certificate" not in codes(plan)


def test_old_certificate_ends(make):
    """An old certificate that ends within the plan's own time is reported."""
    plan = make.plan(make.site("s1"), make.group("G"), ends=make.t0 + DAY)
    assert "old-certificate-ends" in codes(plan)


def test_rule_6_list_names_other_site(make):
    """A list with a server that is not ours: until a person decides, it is unknown where its clients go."""
    lists = [make.server_list("L", "s1", "s2", "far")]
    assert make.refusal(
        make.site("s1", "s2", lists=lists), make.group("G", server_list="L"), clients=[make.client("c1")]
    ) == ["list-names-other-site"]


def test_an_unused_list_may_name_any_server(make):
    """No client gets what an unused list offers."""
    lists = [make.server_list("L", "s1", "s2"), make.server_list("Old", "far")]
    plan = make.plan(make.site("s1", "s2", lists=lists), make.group("G", server_list="L"))
    assert "list-names-other-site" not in codes(plan)


def test_client_in_unknown_group(make):
    """Clients of a group that was not read would be in no gate; at a console the site's document lacks it."""
    clients = [make.client("c1", "Elsewhere")]
    assert make.refusal(make.site("s1"), make.group("G"), clients=clients) == ["client-in-unknown-group"]
    access = OfflineDocument.model_construct(version="12.1", recorded_at=make.t0, groups=())
    console = make.site("s1").model_copy(update={"access": access})
    with pytest.raises(PlanRefusedError) as refused:
        make.plan(console, make.group("G"), clients=clients)
    (found,) = refused.value.findings
    assert found.code == "client-in-unknown-group"
    assert found.remedy.startswith("describe the site again")
