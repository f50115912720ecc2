"""Whether a site can have the drill with HTTPS shut, and what a plan says of it (rule 18)."""

from rotation.access import OfflineDocument
from rotation.plan.step import Console
from rotation.plan.work.https_drill import ShutHttps
from rotation.planning.choice.https_drill import https_drill, ports_to_shut


def drilled(make, site, **fields):
    """The plan of a site with one group that is relaxed, and with the drill."""
    clients = [make.client("c1", build="14.2.1.0")]
    return make.plan(site, make.group("G"), clients=clients, request=make.request(site, drill_https=True), **fields)


def refused(make, site):
    """The messages of the findings for which there can be no drill."""
    scopes = drilled(make, make.site(*(each.name for each in site.servers))).body.scopes
    found = https_drill(site, scopes, make.request(site, drill_https=True), first=True)
    assert {each.code for each in found} == {"drill-https-unfit"}
    return [each.message for each in found]


def test_a_plan_says_what_it_costs(make):
    """How long others are silent at least."""
    plan = drilled(make, make.site("s1", "s2"))
    (finding,) = (each for each in plan.findings if each.code == "drill-https")
    assert "15 minutes at least" in finding.message
    assert "drill-https" not in {each.code for each in make.plan(make.site("s1"), make.group("G")).findings}


def test_a_server_that_is_down_is_not_shut(make):
    """An operator cannot open a port of a server that is down; the gate sees one that comes up meanwhile."""
    site = make.site("s1", "s2")
    scopes = drilled(make, site).body.scopes
    survey = make.survey(site, silent=("s2",))
    request = make.request(site, drill_https=True)
    assert [each.server for each in ports_to_shut(site, survey, scopes, request)] == ["s1"]
    assert ports_to_shut(site, survey, scopes, make.request(site)) == ()


def test_it_needs_a_relaxed_group_in_a_first_plan(make):
    """In an amendment there may be none any more, and nothing is shut then."""
    site = make.site("s1", "s2", "s3")
    request = make.request(site, drill_https=True)
    assert make.refusal(site, make.group("G"), clients=[make.client("c1")], request=request) == ["drill-https-unfit"]
    later = make.plan(site, make.group("G"), clients=[make.client("c1")], request=request, after=40)
    works = [step.work for step in later.body.steps if isinstance(step, Console)]
    assert not any(isinstance(work, ShutHttps) for work in works)


def test_a_port_that_others_need_cannot_be_shut(make):
    """Where console, REST or plain HTTP answer on it too."""
    site = make.site("s1", "s2")
    for name in ("console_port", "rest_port", "http_port"):
        servers = (site.servers[0].model_copy(update={name: 443}), site.servers[1])
        (why,) = refused(make, site.model_copy(update={"servers": servers}))
        assert "HTTPS client port 443 also for its console" in why


def test_a_list_with_another_port_would_leave_a_way(make):
    """Clients of that list would come over HTTPS still."""
    site = make.site("s1", "s2")
    (known,) = site.lists
    entries = tuple(each.model_copy(update={"https_port": 4443}) for each in known.entries)
    lists = (known.model_copy(update={"priorities": (entries,)}),)
    assert refused(make, site.model_copy(update={"lists": lists})) == [
        "the list gives another HTTPS port for s1, s2 than the one that would be shut"
    ]


def test_a_site_without_rest_cannot_have_it(make):
    """Exports tell too late who has come."""
    access = OfflineDocument.model_construct(version="12.1", recorded_at=make.t0, groups=())
    (why,) = refused(make, make.site("s1").model_copy(update={"access": access}))
    assert "exports only" in why
