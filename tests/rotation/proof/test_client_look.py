"""One client of each build shows that the policy which a gate has seen came with the list."""

from datetime import UTC, datetime, timedelta

import pytest

from rotation.finding import Severity
from rotation.plan.work.client_look import HeldServer, LookAtClients, Looked
from rotation.proof.client_look import builds_to_look_at, judge, lists_of, unread
from rotation.proof.list_lag import CandidateClient
from rotation.site import ListEntry, Protocol, ServerList
from rotation.values import ClientId, Fingerprint, GroupId, ListName, ServerName

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD, NEW = "14.3.5413", "14.3.9816"
G, H = GroupId("G"), GroupId("H")
CERTIFICATE = Fingerprint("ab" * 32)


def client(name, build=NEW, hours=1.0, owner=G, **fields):
    """A client that took its policy so many hours before noon."""
    known = {"id": ClientId(f"id-{name}"), "name": name, "build": build, "owner": owner, "path": f"R\\{owner}"}
    return CandidateClient(**{"relaxed": True, "taken_at": NOON - hours * HOUR, **known, **fields})


def looked(name, protocol="HTTP", server="s1", port=8014, **fields):
    """What an operator has seen in the file of a client."""
    servers = (HeldServer(server=server, port=port),)
    return Looked(client=name, protocol=Protocol(protocol), servers=servers, **fields)


def judged(make, candidates, *looks, settled=()):
    """What these looks show of these clients, of groups that must hold the HTTP copy of a list of s1."""
    groups = [make.group("G"), make.group("H")]
    clients = [make.client("c1"), make.client("d1", "H")]
    body = make.plan(site := make.site("s1"), *groups, clients=clients).body
    work = LookAtClients(relaxed=True, builds=builds_to_look_at(candidates, {}))
    lists = {owner.group_id: lists_of(body, site, owner) for owner in body.scopes}
    one = next(iter(lists.values()))
    return judge(work, looks, candidates, {G: one, H: one}, now=NOON, settled=settled)


TWO = (client("n1"), client("n2", hours=2), client("o1", OLD, 3), client("o2", OLD, 5))


def test_groups_of_one_build_cost_nothing():
    """Two builds in the site, and none of its groups has both."""
    assert builds_to_look_at([client("n1"), client("o1", OLD, owner=H)], {G: {NEW}, H: {OLD}}) == ()


def test_a_build_whose_neighbours_are_away_is_looked_at():
    """The clients of the other build are left out by name, or away: the one that is there is not the only one."""
    found = builds_to_look_at([client("n1"), client("o1", OLD, owner=H)], {G: {NEW}, H: {OLD, NEW}})
    assert [build.label for build in found] == [f"{OLD}, over HTTP"]


def test_of_each_build_the_client_is_named_that_took_its_policy_last():
    """Over all groups that have two builds: one of each, however many groups there are."""
    more = [client(f"x{number}", build, 9, GroupId(f"X{number // 2}")) for number, build in enumerate((NEW, OLD) * 9)]
    found = builds_to_look_at([*TWO, *(each._replace(path=each.owner) for each in more), client("alone", owner=H)], {})
    assert [(build.label, build.name, build.clients) for build in found] == [
        (f"{OLD}, over HTTP", "o1", 11),
        (f"{NEW}, over HTTP", "n1", 11),
    ]
    assert [len(build.others) for build in found] == [9, 9], "and nine more, for when it is off"
    assert found[0].others[0].name == "o2", "the next to last one first"


def test_who_fails_over_is_looked_at_apart():
    """One build that is relaxed in one group and fails over in another one holds two kinds of list."""
    found = builds_to_look_at([*TWO, *(each._replace(owner=H, relaxed=False, id=each.id + "h") for each in TWO)], {})
    assert len(found) == 4


def test_a_client_of_each_build_is_enough(make):
    """Its list is the one assigned, by name or address, whatever the case; by its own name or id."""
    found = judged(make, TWO, looked("N1", server="S1"), looked("id-o1"))
    assert found.finding is None
    by_when = {f"{NEW}, over HTTP": NOON - HOUR, f"{OLD}, over HTTP": NOON - 2 * HOUR}
    assert found.shown == by_when, "the others took their policy earlier, and their list as much earlier"


def test_another_client_than_the_last_one_says_less(make):
    """It had its policy for five hours when it held its list, and another one has its own for three: two hours more."""
    found = judged(make, TWO, looked("n1"), looked("o2"))
    assert found.shown[f"{OLD}, over HTTP"] == NOON + 2 * HOUR


@pytest.mark.parametrize("names", [("o1", "o2"), ("o2", "o1")])
def test_of_two_looks_at_a_build_the_one_that_says_the_latest_counts(make, names):
    """One had its policy for three hours, and another one for five: the third is waited for as long as this one."""
    found = judged(make, (*TWO, client("o3", OLD, 4)), looked("n1"), *map(looked, names))
    assert found.shown[f"{OLD}, over HTTP"] == NOON - 4 * HOUR + 5 * HOUR


def test_a_look_shows_the_lag_of_a_build(make):
    """Of two clients of one build the longer one counts; of a build with an old list, by when its last one took it."""
    found = judged(make, (*TWO, client("o3", OLD, 4)), looked("n1"), looked("o1"), looked("o2"))
    assert (found.lags, found.old_taken) == ({NEW: HOUR, OLD: 5 * HOUR}, {})
    found = judged(make, [each._replace(check_in=HOUR) for each in TWO], looked("n1"), looked("o2", port=80))
    assert (found.lags, found.old_taken) == ({NEW: 2 * HOUR}, {OLD: NOON - 2 * HOUR})


def test_where_each_client_of_a_build_was_looked_at_none_is_waited_for(make):
    """Nothing is inferred of any other."""
    found = judged(make, TWO, looked("n1"), looked("o1"), looked("o2"))
    assert found.shown[f"{OLD}, over HTTP"] == NOON


def test_check_ins_are_counted_in(make):
    """Of the client looked at one, from its policy to where it was shown; of the other one, until it takes its list."""
    here = [each._replace(check_in=HOUR) for each in (TWO[0], TWO[1], TWO[2])]
    found = judged(make, [*here, TWO[3]._replace(check_in=HOUR / 2)], looked("n1"), looked("o1"))
    assert found.shown == {
        f"{NEW}, over HTTP": NOON + HOUR,
        f"{OLD}, over HTTP": NOON - 5 * HOUR + 3 * HOUR + HOUR + HOUR / 2,
    }


@pytest.mark.parametrize(
    ("published", "age", "lag"),
    [(6.0, 5.0, 1.0), (5.0, 5.0, 0.0), (72.0, 4.0, 4.0), (5.5, 6.0, 4.0), (None, 5.0, 4.0), (5.5, None, 4.0)],
    ids=["soon", "at once", "long after", "file of before", "unknown", "not stated"],
)
def test_the_age_of_a_file_may_show_an_earlier_list(make, published, age, lag):
    """It was written so long after the list was first published, or is no older than the look: the earlier counts."""
    at = None if published is None else NOON - published * HOUR + timedelta(minutes=1)
    here = [each._replace(published=at) for each in (*TWO[:3], client("o3", OLD, 4))]
    minutes = None if age is None else int(age * 60)
    found = judged(make, here, looked("n1"), looked("o3", age_minutes=minutes))
    assert found.shown[f"{OLD}, over HTTP"] == NOON - 3 * HOUR + lag * HOUR


def test_the_age_of_a_file_says_nothing_of_a_client_that_may_lack_its_policy(make):
    """Its server may publish later than that of the client looked at: it is waited for as if no age was stated."""
    last = client("o4", OLD, 2, took_policy=False)
    here = [each._replace(published=NOON - 6 * HOUR) for each in (*TWO[:3], last, client("o3", OLD, 4))]
    found = judged(make, here, looked("n1"), looked("o3", age_minutes=300))
    assert found.shown[f"{OLD}, over HTTP"] == NOON - 2 * HOUR + 4 * HOUR


def test_a_client_with_a_policy_of_weeks_shows_a_lag_of_four_days_at_most(make):
    """It may have had its list from the first minute on: the others are not waited for as long again."""
    found = judged(make, (*TWO, client("o3", OLD, 24 * 30)), looked("n1"), looked("o3"))
    assert found.shown[f"{OLD}, over HTTP"] == NOON - 3 * HOUR + timedelta(days=4)


@pytest.mark.parametrize(
    ("looks", "code", "named", "text"),
    [
        ([looked("o1", "HTTPS", port=443)], "client-list-old", "o1", "has HTTPS s1:443; it must have one of: HTTP s1"),
        ([looked("o1", port=80)], "client-list-old", "o1", "the client has HTTP s1:80; it must have one of: HTTP s1"),
        ([looked("o1", server="s2")], "client-list-old", "o1", "the client has HTTP s2:8014; it must"),
        ([looked("o1"), looked("id-o1")], "client-told-twice", "id-o1", "the evidence has this client twice"),
        ([looked("nobody")], "client-unknown", "nobody", "no client of this name has a proven policy"),
        ([looked("same")], "client-ambiguous", "same", "4 clients have this name: id-same, b, c"),
        ([looked("alone")], "client-of-another-build", "alone", "has build 14.2.1, over HTTP; the task asks about"),
        ([looked("o1")], "client-not-looked-at", "n1", f"nor another one of build {NEW}, over HTTP"),
    ],
)
def test_what_speaks_against_a_look_names_the_client(make, looks, code, named, text):
    """Each refusal says of whom, and what to do."""
    same = [client("same", hours=8, id=ClientId(each)) for each in ("id-same", "b", "c", "d")]
    others = (client("alone", "14.2.1", owner=H), *same)
    finding = judged(make, (*others, *TWO), *looks).finding
    assert (finding.code, finding.subject) == (code, named)
    assert finding.message.startswith(f"{named}: ")
    assert text in finding.message
    assert finding.remedy


def test_one_old_list_speaks_against_its_build(make):
    """Another client of it that has its list does not make up for that."""
    found = judged(make, TWO, looked("n1"), looked("o1"), looked("o2", "HTTPS", port=443))
    assert (list(found.shown), found.old) == ([f"{NEW}, over HTTP"], (f"{OLD}, over HTTP",))
    assert found.finding.remedy.startswith("make o2 check in, then look at its Sylink.xml once more; or retry later")


def test_an_old_list_is_named_before_all_else_and_the_looks_behind_it_count(make):
    """An operator corrects that first; what was seen of another build is kept."""
    looks = (looked("nobody"), looked("o1", "HTTPS", port=443), looked("n1"), looked("id-n1"))
    found = judged(make, TWO, *looks)
    assert (found.finding.code, found.finding.subject) == ("client-list-old", "o1")
    assert list(found.shown) == [f"{NEW}, over HTTP"]


def test_the_client_of_a_group_without_a_known_list_holds_no_right_one(make):
    """Its list is not described, so no file can be compared with it."""
    finding = judged(make, (*TWO, client("x1", owner=GroupId("X"))), looked("x1")).finding
    assert (finding.code, finding.subject) == ("client-list-old", "x1")
    assert finding.message.endswith("it must have one of: no known list")


def test_a_build_that_was_shown_before_need_not_be_shown_again(make):
    """An operator may report one client at a time."""
    assert judged(make, TWO, looked("o1"), settled=[f"{NEW}, over HTTP"]).finding is None


def test_a_client_of_which_nothing_is_known_holds_up_no_look_that_shows_each_build(make):
    """An old list does: of one of them, of a client that was reported before, of one of another build."""
    assert judged(make, TWO, looked("nobody"), looked("o1"), looked("n1")).finding is None
    for more in (looked("n1", "HTTPS", port=443), looked("alone", "HTTPS", port=443)):
        found = judged(make, (*TWO, client("alone", "14.2.1", owner=H)), looked("o1"), looked("n1"), more)
        assert found.finding.code == "client-list-old"
    old = judged(
        make, TWO, looked("nobody"), looked("o1"), looked("n1", "HTTPS", port=443), settled=[f"{NEW}, over HTTP"]
    )
    assert old.finding is not None


def test_certificates_are_asked_for_where_they_must_be_held(make):
    """A list with the right servers may be the one from before the replacement."""
    candidates = [each._replace(certificates=frozenset({CERTIFICATE})) for each in TWO]
    assert "lacks the certificate abab" in judged(make, candidates, looked("n1")).finding.message
    both = (looked("n1", certificates=(CERTIFICATE,)), looked("o1", certificates=(CERTIFICATE,)))
    assert judged(make, candidates, *both).finding is None


def test_servers_of_one_address_are_known_by_their_ports(make):
    """Each server of the list must be in the file, and no other one."""
    lists = [make.server_list("L", "s1", "s2")]
    site = make.site("s1", "s2", lists=lists)
    body = make.plan(site, make.group("G", server_list="L"), clients=[make.client("c1")]).body
    (held,) = lists_of(body, site, body.scopes[0])
    one, two = HeldServer(server="s1", port=443), HeldServer(server="s2", port=443)

    def look(*servers):
        return Looked(client="c", protocol=Protocol.HTTPS, servers=servers)

    assert held.is_in(look(two, one))
    assert not held.is_in(look(one))
    assert not held.is_in(look(one, two, HeldServer(server="s3", port=443)))


def test_a_list_over_http_is_held_with_its_http_port_and_an_address_with_or_without_brackets(make):
    """Clients that fail over hold the list itself; the file may have an IPv6 address in brackets."""
    entry = ListEntry(server=ServerName("s1"), address="2001:db8::1", http_port=8014)
    known = ServerList(name=ListName("L"), protocol=Protocol.HTTP, priorities=((entry,),), verifies_ca=False)
    site = make.site("s1", "s2", lists=[known])
    group = make.group("G", server_list="L", secure=False)
    body = make.plan(site, group, clients=[make.client("c1")], request=make.request(site, only=["s1"])).body
    (held,) = lists_of(body, site, body.scopes[0])
    for server in ("[2001:DB8::1]", "2001:db8::1", " S1 "):
        look = Looked(client="c", protocol=Protocol.HTTP, servers=(HeldServer(server=server, port=8014),))
        assert held.is_in(look)
        assert not held.is_in(look.model_copy(update={"servers": (HeldServer(server=server, port=443),)}))


def test_in_a_restore_clients_hold_the_copy_of_their_list_or_the_list_itself(make):
    """Some groups are on their own list again when a rotation is terminated; the restore finds both."""
    site = make.site("s1")
    ran = make.plan(site, make.group("G"), clients=[make.client("c1")]).body
    body = ran.model_copy(update={"purpose": "restore", "steps": ()})
    held = lists_of(body, site, body.scopes[0])
    for protocol, port in ((Protocol.HTTP, 8014), (Protocol.HTTPS, 443)):
        look = Looked(client="c", protocol=protocol, servers=(HeldServer(server="s1", port=port),))
        assert [each.is_in(look) for each in held].count(True) == 1


def test_evidence_that_cannot_be_read_names_its_field():
    """With the reason, which is as long as the evidence may make it, and with what to report."""
    found = unread("x" * 600)
    assert (found.code, found.subject, found.message) == ("client-look-unread", "clients", "x" * 500)
    assert found.remedy.startswith("report done with clients=[...]")
    assert found.severity is Severity.BLOCKING
