"""Rule 24a: no client is sent to plain HTTP where nothing shows that it gets through."""

import pytest

from rotation.network import UNKNOWN
from rotation.plan.refusals import PlanRefusedError

NEAR, FAR, BRANCH = "10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24"


@pytest.fixture
def looked(make):
    """The findings about plain HTTP on a site with one server, of two groups in two networks; no network is trusted."""

    def build(*answers, clients=None, groups=None, trusted=(), **request):
        site = make.site("s1")
        clients = clients or [make.client(name, "G", network=network) for name, network in (("a", NEAR), ("b", FAR))]
        wanted = make.request(site, trusted_networks=trusted, **request)
        seen = {"clients": clients, "answers": answers, "request": wanted}
        groups = groups or (make.group("G"),)
        return site, groups, seen

    return build


def codes(make, site, groups, seen):
    """Why no plan is made."""
    return make.refusal(site, *groups, **seen)


def test_a_network_that_nothing_has_shown_stops_the_plan(make, looked):
    """Two networks, and one client that was answered in one of them."""
    assert codes(make, *looked()) == ["http-unshown", "http-unshown"]
    assert codes(make, *looked(make.answer("a", network=NEAR))) == ["http-unshown"]
    site, groups, seen = looked(make.answer("a", network=NEAR), make.answer("B", network=FAR))
    plan = make.plan(site, *groups, **seen)
    assert [each.code for each in plan.findings if each.code.startswith("http")] == ["http-shown"]
    assert (plan.body.trusted_networks, plan.body.tried_networks, plan.body.left_out) == ((), (), ())


def test_one_client_stands_for_its_network(make, looked):
    """Another one of the same network need not be asked."""
    clients = [make.client(name, "G", network=NEAR) for name in ("a", "b", "c")]
    site, groups, seen = looked(make.answer("a", network=NEAR), clients=clients)
    (finding,) = [each for each in make.plan(site, *groups, **seen).findings if each.code == "http-shown"]
    assert "asked: 1, of: 3" in finding.message


def test_a_client_that_got_no_answer_is_named_and_those_of_its_network_that_were_not_asked_wait(make, looked):
    """One was answered, one was not, one was not asked: the second and the third do not go."""
    clients = [make.client(name, "G", network=NEAR) for name in ("a", "b", "c")]
    answers = (make.answer("a", network=NEAR), make.answer("b", "timeout", network=NEAR))
    assert codes(make, *looked(*answers, clients=clients)) == ["http-shut"]
    site, groups, seen = looked(*answers, clients=clients, leave_out_http=True)
    plan = make.plan(site, *groups, **seen)
    assert [(each.name, NEAR in each.reason) for each in plan.body.left_out] == [("B", True), ("C", True)]


def test_an_answer_is_stronger_than_a_word(make, looked):
    """A network of which a person says that it is open, and a client of which got no answer."""
    site, groups, seen = looked(trusted=(NEAR, FAR))
    plan = make.plan(site, *groups, **seen)
    assert plan.body.trusted_networks == (NEAR, FAR)
    assert [each.subject for each in plan.findings if each.code == "http-trusted"] == [NEAR, FAR]
    assert codes(make, *looked(make.answer("a", "timeout", network=NEAR), trusted=(NEAR, FAR))) == ["http-shut"]


@pytest.mark.parametrize("answer", [{"days": 31}, {"port": 8015}, {"server": "s2"}], ids=str)
def test_an_answer_that_shows_nothing_counts_as_none(make, looked, answer):
    """It is old, of another port than the list has, or of a server that is in no list."""
    clients = [make.client("a", "G", network=NEAR)]
    assert codes(make, *looked(make.answer("a", network=NEAR, **answer), clients=clients)) == ["http-unshown"]
    answered = make.answer("a", "timeout", network=NEAR, **answer)
    assert codes(make, *looked(answered, clients=clients)) == ["http-unshown"]


def test_a_client_that_no_server_hears_over_https_either_shows_nothing_by_its_silence(make, looked):
    """It is cut off already, or another list of its group is for where it is: no firewall is in its way."""
    clients = [make.client("a", "G", network=NEAR, server=None), make.client("b", "G", network=NEAR)]
    site, groups, seen = looked(
        make.answer("a", "timeout", network=NEAR), make.answer("b", network=NEAR), clients=clients
    )
    assert make.plan(site, *groups, **seen).body.left_out == ()


def test_a_canary_stands_for_its_network(make, looked):
    """The smaller group goes first in the network of both; the network of the others alone is asked about."""
    groups = (make.group("G"), make.group("H"))
    first = make.client("h", "H", network=NEAR)
    others = [make.client(name, "G", network=NEAR) for name in ("a", "b")]
    site, some, seen = looked(clients=[first, *others], groups=groups)
    plan = make.plan(site, *some, **seen)
    assert plan.body.canaries == (make.id_of("H"),)
    assert plan.body.tried_networks == (NEAR,)
    assert any(f"in network {NEAR}" in each.message for each in plan.findings if each.code == "canary")
    more = [*others, make.client("c", "G", network=FAR)]
    assert codes(make, *looked(clients=[first, *more], groups=groups)) == ["http-unshown"]


def test_each_network_in_doubt_has_its_canary(make, looked):
    """Of three groups the two small ones are each in a network of their own: both go first."""
    groups = [make.group(path) for path in "GHK"]
    clients = [make.client("h", "H", network=NEAR), make.client("k", "K", network=FAR)]
    clients += [make.client(f"g{number}", "G", network=network) for number, network in enumerate((NEAR, FAR))]
    site, some, seen = looked(clients=clients, groups=groups)
    plan = make.plan(site, *some, **seen)
    assert set(plan.body.canaries) == {make.id_of("H"), make.id_of("K")}
    assert plan.body.tried_networks == (NEAR, FAR)


def test_a_client_without_an_address_stands_for_no_other(make, looked):
    """Clients without an address may be anywhere: each is asked, or a person answers for it."""
    groups = (make.group("G"), make.group("H"))
    clients = [make.client("h", "H"), make.client("a", "G"), make.client("b", "G")]
    assert codes(make, *looked(make.answer("h", network=UNKNOWN), clients=clients, groups=groups)) == ["http-unshown"]
    asked = [make.answer(name, network=BRANCH) for name in ("h", "a", "b")]
    site, some, seen = looked(*asked, clients=clients, groups=groups)
    assert make.plan(site, *some, **seen).body.tried_networks == ()


def test_who_uses_plain_http_already_is_not_asked_about(make):
    """Nothing is written to its list."""
    site = make.site("s1", lists=[make.server_list("Plain", "s1", http=True)])
    seen = {"clients": [make.client("a", "G", network=NEAR)], "request": make.request(site, trusted_networks=())}
    plan = make.plan(site, make.group("G", server_list="Plain"), **seen)
    assert [each.code for each in plan.findings if each.code.startswith("http")] == []


def test_who_is_left_out_for_being_away_is_not_asked_about(make, looked):
    """Its network has no other client, so the plan needs no answer from there."""
    clients = [make.client("a", "G", network=NEAR), make.client("b", "G", network=FAR, seen=-100 * 24 * 60)]
    site, groups, seen = looked(make.answer("a", network=NEAR), clients=clients, leave_out_away=True)
    assert [each.name for each in make.plan(site, *groups, **seen).body.left_out] == ["B"]


@pytest.mark.parametrize(("servers", "remedy"), [(("s1",), "second server"), (("s1", "s2"), "drill")])
def test_the_remedy_says_what_the_site_can_do(make, servers, remedy):
    """One server: a temporary second one; several: a drill may show that no group has to be relaxed."""
    site = make.site(*servers)
    request = make.request(site, trusted_networks=())
    client = make.client("a", "G", network=NEAR, build="14.2.1.0")
    answers = [make.answer("a", "timeout", network=NEAR)]
    with pytest.raises(PlanRefusedError) as refused:
        make.plan(site, make.group("G"), clients=[client], answers=answers, request=request)
    (finding,) = [each for each in refused.value.findings if each.code == "http-shut"]
    assert remedy in finding.remedy
    assert "A" in finding.message
