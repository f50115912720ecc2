"""Whether a plan still fits: each difference once, and none where nothing differs."""

from datetime import timedelta

import pytest

from rotation.plan.comparison import compare, newly_on_trust


@pytest.fixture
def body(make):
    """A plan of two servers and G, changed as a test wants it."""

    def build(*groups, site=None, clients=None, wishes=None, **observed):
        site = site or make.site("s1", "s2")
        seen = [make.client("c1")] if clients is None else clients
        request = make.request(site, **(wishes or {}))
        return make.plan(site, *(groups or (make.group("G"),)), clients=seen, request=request, **observed).body

    return build


def codes(before, after):
    """The codes of the differences; each names what differs, and says what to do."""
    found = compare(before, after)
    assert all(each.subject and each.message and each.remedy.startswith("look at what changed") for each in found)
    return [each.code for each in found]


def test_same_site_differs_in_nothing(make, body):
    """The plan fits the site that it was made for, in whatever order SEPM lists it and whenever."""
    places = make.location("Office"), make.location("Home")
    before = body(make.group("G", *places), make.group("H"), replication_partners=("Linz", "Graz"))
    after = body(make.group("H"), make.group("G", *reversed(places)), replication_partners=("Graz", "Linz"))
    assert codes(before, after) == []
    owner = before.scopes[0]
    turned = owner.model_copy(update={"pairs": owner.pairs[::-1], "inheritors": owner.inheritors[::-1]})
    assert codes(before, before.model_copy(update={"scopes": (turned, *before.scopes[1:])})) == []


def test_owner_gone(make, body):
    """A group that had settings of its own has none, or is gone."""
    assert codes(body(make.group("G"), make.group("H")), body(make.group("G"))) == ["owner-gone"]


def test_owner_new(make, body):
    """A group has settings of its own that no gate would watch."""
    assert codes(body(make.group("G")), body(make.group("G"), make.group("H"))) == ["owner-new"]


def test_treatment_differs(make, body):
    """A 14.2 client came into a group that fails over; its pairs now need writes as well."""
    stuck = [make.client("c1", build="14.2.1.0")]
    found = codes(body(), body(clients=stuck))
    assert "treatment-differs" in found
    assert "settings-differ" not in found, "no person has changed a setting"


def test_inheritance_differs(make, body):
    """Another group follows the owner now."""
    assert codes(body(), body(make.group("G"), make.group("G\\A", inherits=True))) == ["inheritance-differs"]


@pytest.mark.parametrize("settings", [{"server_list": "M"}, {"secure": False}])
def test_settings_differ(make, body, settings):
    """Another list, or secure communications turned."""
    site = make.site("s1", lists=[make.server_list("Default List", "s1"), make.server_list("M", "s1")])
    assert "settings-differ" in codes(body(site=site), body(make.group("G", **settings), site=site))


def test_new_location_differs(make, body):
    """A location that the plan does not know would stay unrelaxed."""
    after = body(make.group("G", make.location(), make.location("Home")))
    assert codes(body(), after) == ["settings-differ"]


@pytest.mark.parametrize(("minutes", "jitter", "found"), [(6, 0, True), (5, 1, True), (4, 0, False)])
def test_heartbeat_slower(make, body, minutes, jitter, found):
    """A slower heartbeat makes the waits too short; a faster one does not."""
    after = body(make.group("G", heartbeat=timedelta(minutes=minutes), jitter=jitter))
    assert codes(body(), after) == (["heartbeat-slower"] if found else [])


def test_a_heartbeat_with_the_jitter_that_was_planned_is_no_slower(make, body):
    """What the waits were computed from is interval and jitter together."""
    planned = body(make.group("G", heartbeat=timedelta(minutes=5), jitter=2))
    assert codes(planned, body(make.group("G", heartbeat=timedelta(minutes=6), jitter=1))) == []
    assert codes(planned, body(make.group("G", heartbeat=timedelta(minutes=6), jitter=2))) == ["heartbeat-slower"]


def test_replication_differs(body):
    """A partner that is not paused would carry settings in and out."""
    assert codes(body(), body(replication_partners=("Linz",))) == ["replication-differs"]


def test_served_certificate_differs(make, body):
    """An administrator replaced a certificate between plan and start; the recovery file takes the old one back."""
    site = make.site("s1", "s2")
    survey = make.survey(site, make.group("G"))
    other = survey.served[0].model_copy(update={"fingerprint": "third"})
    after = body(site=site, survey=survey.model_copy(update={"served": (other, survey.served[1])}))
    assert codes(body(), after) == ["served-certificate-differs"]
    (found,) = compare(body(), after)
    assert (found.subject, "recovery file" in found.remedy) == ("s1", True)


def test_servers_differ(make, body):
    """The list was described again, without s2: keeping s2 would protect no client."""
    before = body(site=make.site("s1", "s2", "s3"), wishes={"holdout": ("s2",)})
    without = make.site("s1", "s2", "s3", lists=[make.server_list("Default List", "s1", "s3")])
    after = body(site=without, wishes={"holdout": ("s2",)})
    assert (before.holdouts, after.holdouts) == (("s2",), ("s3",))
    assert codes(before, after) == ["servers-differ"]


@pytest.mark.parametrize("changed", [{"waves": (("s2",), ("s1",))}, {"holdouts": ("s1",)}], ids=["order", "holdout"])
def test_another_order_alone_differs_and_so_does_another_holdout(body, changed):
    """Each protects clients; the finding has the order in which servers would be replaced now."""
    after = body().model_copy(update=changed)
    (found,) = compare(body(), after)
    assert (found.code, found.subject) == ("servers-differ", "site")
    order = "; then ".join(each for (each,) in after.waves)
    assert found.message == f"certificates would be replaced in this order now: {order}"


@pytest.mark.parametrize(("partners", "named"), [(("Graz", "Linz"), "Graz, Linz"), ((), "no site")])
def test_partners_are_named(body, partners, named):
    """The finding names the partners that have to be paused now, or says that there is none."""
    (found,) = compare(body(replication_partners=("Wels",)), body(replication_partners=partners))
    assert (found.subject, found.message) == ("site", f"the site replicates with {named} now")


def test_servers_that_are_done_are_no_difference(body):
    """After the first wave only the holdout is left to be planned: that is not another order."""
    assert codes(body(), body(wishes={"only": ["s2"]})) == []


def test_list_differs(make, body):
    """The list was described again with another HTTP port: the approved copy would send clients to the old one."""
    before = body(site=make.site("s1", lists=[make.server_list("Default List", "s1")]))
    after = body(site=make.site("s1", lists=[make.server_list("Default List", "s1", port=80)]))
    assert codes(before, after) == ["list-differs"]


def test_rule_8_a_client_that_came_is_not_approved_yet(make):
    """c2 was never seen at a second server, and no person has approved its name; c1 was approved, and c3 is proven."""
    site = make.site("s1", "s2")
    seen = {"c3": frozenset({"s1", "s2"})}
    request = make.request(site, unproven_failover=make.approve_unproven)

    def planned(*names):
        clients = [make.client(name) for name in names]
        return make.plan(site, make.group("G"), clients=clients, seen_at=seen, request=request)

    found = newly_on_trust(planned("c1"), planned("c1", "c2", "c3"))
    assert [(each.code, each.subject) for each in found] == [("on-trust-new", "G")]
    assert "C2" in found[0].message
    assert "a plan that has their names" in found[0].remedy
    assert "C1" not in found[0].message
    assert newly_on_trust(planned("c1", "c2"), planned("c1", "c3")) == ()
