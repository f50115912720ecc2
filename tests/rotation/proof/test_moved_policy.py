"""What clients that fail over show of replaced servers: by a moved policy that they take there (rule 24b)."""

from datetime import timedelta
from typing import Any

import pytest

from rotation.plan.step import Gate, GatePurpose
from rotation.proof.moved_policy import (
    ClientBeforeMove,
    asked_of,
    has_taken,
    is_of_late,
    is_there,
    lists_to_show,
    offers_one,
    refused_at,
    says_nothing,
    still_shown,
    to_move,
    unshown,
    used_of_late,
)
from rotation.values import ClientId, ServerName

OLD_BUILD = {"build": "14.2.1.0"}
S1, S2, S3 = ServerName("s1"), ServerName("s2"), ServerName("s3")
STAYS: dict[str, Any] = {"visits": {}, "stays": timedelta(days=1)}


@pytest.fixture
def site(make):
    """Three servers; one list offers all of them, another the last two."""
    return make.site(
        "s1", "s2", "s3", lists=[make.server_list("L", "s1", "s2", "s3"), make.server_list("M", "s2", "s3")]
    )


@pytest.fixture
def body(make, site):
    """G and H verify and fail over, over a list each; K is relaxed; N verifies at one of its locations only."""
    half = (make.location(server_list="L"), make.location("Away", server_list="L", secure=False))
    groups = [make.group("G", server_list="L"), make.group("H", server_list="M"), make.group("K", server_list="L")]
    groups.append(make.group("N", *half))
    clients = [make.client("g", "G"), make.client("h", "H"), make.client("k", "K", **OLD_BUILD), make.client("n", "N")]
    return make.plan(site, *groups, clients=clients, request=make.request(site, holdout=("s3",))).body


def gates(body):
    """The gates that show what servers sign."""
    return [step for step in body.steps if isinstance(step, Gate) and step.purpose is GatePurpose.SIGNED]


def test_rule_24_each_list_of_clients_that_verify_must_be_shown(body, site):
    """Of the servers that were replaced by then; a server that keeps the old certificate is no part of it."""
    first, last = gates(body)
    assert (first.asks, last.asks) == (False, True)
    assert lists_to_show(body, site, first) == {"L": {"s1"}}
    assert lists_to_show(body, site, last) == {"L": {"s1", "s2"}, "M": {"s2"}}


def test_rule_24_a_server_that_clients_use_must_be_shown_and_one_of_each_list():
    """One that no client uses need not, where the list has another that was shown."""
    lists = [frozenset({S1, S2}), frozenset({S3})]
    assert unshown(lists, shown=(), used=()) == {S1, S2, S3}
    assert unshown(lists, shown={S1}, used=()) == {S3}
    assert unshown(lists, shown={S1, S3}, used={S2}) == {S2}
    assert unshown(lists, shown={S1, S2, S3}, used={S2}) == frozenset()


def test_rule_24_what_was_shown_of_a_server_counts_until_its_certificate_is_put_in_once_more(make):
    """What was shown in that moment or before it says nothing of it, nor does a server that is not replaced."""
    shown = dict.fromkeys((S1, S2, S3), make.t0)
    swapped = {S1: make.at(minutes=-1), S2: make.t0}
    assert still_shown(shown, swapped) == {S1: make.t0}
    assert still_shown(shown, {S1: make.at(minutes=1)}) == {}


def test_rule_24_servers_are_used_where_clients_were_seen_of_late_behind_the_replacement(make):
    """The clients that show nothing are passed over, and those behind them count."""
    days = 24 * 60
    idle = [make.client("a", server=None), make.client("b", seen=None), make.client("c", seen=-14 * days)]
    since = {S1: make.at(days=-20), S2: make.at(minutes=-2)}
    others = [make.client("d", server="s2"), make.client("e", server="s3")]
    assert used_of_late([*idle, *others], since, now=make.t0) == frozenset()
    used = [make.client("f", seen=-14 * days + 1), make.client("g", seen=-1, server="s2")]
    assert used_of_late([*idle, *others, *used], since, now=make.t0) == {S1, S2}


def test_rule_24_clients_have_one_server_where_each_of_their_lists_offers_just_that(make):
    """Two lists of one server each may offer two."""
    names = {"A": "s1", "B": "s1", "C": "s2"}
    site = make.site(
        "s1", "s2", lists=[*(make.server_list(*each) for each in names.items()), make.server_list("D", "s1", "s2")]
    )
    places = {"one": "AB", "two": "AC", "both": "D"}
    groups = [
        make.group(path, *(make.location(f"At {name}", server_list=name) for name in lists))
        for path, lists in places.items()
    ]
    scopes = make.plan(site, *groups, clients=[make.client(path, path) for path in places]).body.scopes
    assert {owner.path for owner in scopes if offers_one(owner, site)} == {"one"}


@pytest.fixture
def swapped(make):
    """When each server got its new certificate: an hour ago."""
    return {server: make.at(minutes=-60) for server in (S1, S2)}


@pytest.fixture
def moved(make, body, swapped):
    """The groups whose policy is moved for those servers, by their names."""

    def choose(servers, *clients):
        return [owner.path for owner in to_move(body, servers, clients, swapped, now=make.t0)]

    return choose


def test_rule_24_the_policy_of_a_group_with_clients_there_is_moved(make, moved):
    """Several clients tell more than one, which may be switched off; else the smaller group goes first."""
    three = [make.client(f"g{n}", "G") for n in range(3)]
    four = [make.client(f"h{n}", "H") for n in range(4)]
    elsewhere = [make.client(f"g{n}", "G", server="s2") for n in range(4, 9)]
    assert moved([S1], *three, make.client("h", "H")) == ["G"]
    assert moved([S1], *three, *four) == ["G"]
    assert moved([S1], *three, *elsewhere, *four) == ["H"]
    assert moved([S1], *three[:2], *four) == ["H"], "two are not several yet"


def test_rule_24_one_policy_serves_several_servers(make, moved):
    """Where a group has clients at each of them."""
    clients = [make.client("g1", "G"), make.client("g2", "G", server="s2"), make.client("h1", "H", server="s2")]
    assert moved([S1, S2], *clients) == ["G"]


@pytest.mark.parametrize(
    "who", [{"group": "K"}, {"group": "N"}, {"server": "s3"}, {"seen": None}, {"seen": -16}, {"images": True}], ids=str
)
def test_rule_24_who_shows_nothing_has_no_policy_moved(make, moved, who):
    """Clients that do not verify, in any of their locations; that are elsewhere, away, or begin from an image."""
    assert moved([S1, S3], make.client("c", **{"group": "G", **who})) == []


@pytest.fixture
def owner(body):
    """The scope of G."""
    return next(each for each in body.scopes if each.path == "G")


def test_rule_24_only_clients_of_the_group_at_the_server_are_asked_with_the_policy_that_they_have(make, owner, swapped):
    """Clients of another group, at another server or at none are passed over, and those after them are asked."""
    text = make.serial("G", make.at(hours=-1))
    others = [make.client("a", "H"), make.client("b", server="s2"), make.client("c", server=None)]
    clients = [*others, make.client("d", serial=text), make.client("e", seen=-3)]
    asked = asked_of([owner], [S1], clients, swapped, **STAYS, now=make.t0)
    known = {"owner": make.id_of("G"), "server": S1}
    assert asked == (
        ClientBeforeMove(client=ClientId("d"), serial=text, seen=make.at(minutes=-2), **known),
        ClientBeforeMove(client=ClientId("e"), serial=None, seen=make.at(minutes=-3), **known),
    )


def test_rule_24_a_client_is_there_for_three_heartbeats_after_a_check_in_behind_the_replacement(make, owner, swapped):
    """One that was heard three heartbeats ago is there; a check-in in the moment of the replacement shows nothing."""
    client = make.client("g", "G", seen=-15)
    assert is_there(client, owner, swapped, now=make.t0)
    assert not is_there(client, owner, swapped, now=make.at(seconds=1))
    assert not is_there(client, owner, {S1: make.at(minutes=-15)}, now=make.t0)


def test_rule_24_who_was_there_before_the_replacement_only_shows_nothing(make, owner, swapped):
    """What it took there was signed by whatever was in then."""
    client = make.client("g", "G", seen=-5)
    assert [each.client for each in asked_of([owner], [S1], [client], swapped, **STAYS, now=make.t0)] == ["g"]
    assert asked_of([owner], [S1], [client], {S1: make.at(minutes=-4)}, **STAYS, now=make.t0) == ()
    assert asked_of([owner], [S1], [client], {}, **STAYS, now=make.t0) == ()


def test_rule_24_ten_clients_of_each_server_are_asked(make, owner, swapped):
    """More would make the state of a rotation of 100,000 clients large."""
    clients = [make.client(f"g{n:02d}", "G", server=server) for n in range(30) for server in ("s1", "s2")]
    asked = asked_of([owner], [S1, S2], clients, swapped, **STAYS, now=make.t0)
    assert [each.server for each in asked] == [S1] * 10 + [S2] * 10


def test_rule_24_since_when_a_client_is_there_is_known_by_when_it_was_elsewhere(make, owner, swapped):
    """A client came after it was last seen at another server, and stays for a day; without another it is unknown."""
    clients = [make.client(name, "G") for name in ("g1", "g2")]
    visits = {
        ClientId("g1"): {S1: make.t0, S2: make.at(hours=-3), S3: make.at(hours=-5)},
        ClientId("g2"): {S1: make.t0},
    }
    asked = asked_of([owner], [S1], clients, swapped, visits=visits, stays=timedelta(days=1), now=make.t0)
    assert [each.stays_until for each in asked] == [make.at(hours=21), None]


@pytest.fixture
def asked(make):
    """A client of G that was at s1 ten minutes ago, with a policy of an hour ago."""

    def ask(name="g", server=S1, **fields):
        known = {"owner": make.id_of("G"), "serial": make.serial("G", make.at(hours=-1)), "seen": make.at(minutes=-10)}
        return ClientBeforeMove(client=ClientId(name), server=server, **{**known, **fields})

    return ask


def test_rule_24_a_newer_policy_that_was_taken_at_a_server_shows_it(make, asked):
    """The client was at the server before and is now, within the day for which it stays there."""

    def takes(made, *, only_there=False, before=None, **now):
        serial = None if made is None else make.serial("G", make.at(minutes=made))
        return has_taken(
            before or asked(), make.client("g", serial=serial, **now), only_there=only_there, stays=timedelta(days=1)
        )

    assert takes(-7)
    assert not takes(-60), "no newer policy"
    assert not takes(-61), "an older one"
    assert not takes(None)
    assert not takes(-7, server="s3"), "it was taken elsewhere"
    assert not takes(-7, images=True)
    assert not takes(-7, before=asked(serial=None))
    a_day_before = asked(seen=make.at(days=-1, minutes=-2))
    assert not takes(-7, before=a_day_before), "its day is over"
    late = asked(seen=make.at(days=-1, minutes=-3))
    assert not takes(-7, before=late), "it may have been elsewhere meanwhile"
    assert takes(-7, before=late, only_there=True)


def test_rule_24_who_was_read_too_late_says_nothing(make, asked):
    """Longer than it stays with a server, the client may have left by itself, and have taken the policy elsewhere."""

    def silent(made, *, minutes, only_there=False, until=None, **now):
        serial = make.serial("G", make.at(minutes=made))
        before = asked(seen=make.at(days=-1, minutes=minutes), stays_until=until)
        client = make.client("g", seen=0, serial=serial, **now)
        return says_nothing(before, client, only_there=only_there, stays=timedelta(days=1))

    assert silent(-7, minutes=0), "it is back, with a policy that it may have taken elsewhere"
    assert silent(-60, minutes=0, server="s3"), "it is elsewhere, and may have gone there by itself"
    assert not silent(-60 * 25, minutes=0), "it is there, and has not taken it"
    assert silent(-7, minutes=900, server="s3"), "it is not known when the client came"
    assert silent(-7, minutes=900, server="s3", until=make.t0), "its stay was over"
    assert not silent(-7, minutes=900, server="s3", until=make.at(minutes=1)), "it left before its time"
    assert not silent(-7, minutes=0, only_there=True), "there is no other server"


def test_rule_24_who_was_asked_and_has_not_taken_it_there_speaks_against_the_server(make, asked):
    """One that was heard since; or several that fell silent while others go on: one alone may be switched off."""
    three = [asked(name, S2) for name in "bcd"]
    quiet = {ClientId(name): make.client(name, seen=-30) for name in "abcd"}
    heard = quiet | {ClientId("a"): make.client("a", seen=-10, server="s3")}
    settled = {make.id_of("G"): make.at(minutes=-20)}
    assert refused_at([asked("a"), *three], quiet, settled, awake=True) == {S2}
    assert refused_at([asked("a"), *three], quiet, settled, awake=False) == set(), "all have gone home"
    assert refused_at([asked("a"), *three[:2]], quiet, settled, awake=True) == set()
    assert refused_at([asked("a")], heard, settled, awake=False) == {S1}
    assert refused_at([asked("a", by_hand=True)], heard, settled, awake=True) == set(), "it was not moved at once"
    assert refused_at([asked("a")], heard, {}, awake=True) == set(), "when it was moved is not known yet"
    assert refused_at(three, {}, settled, awake=True) == {S2}, "whom SEPM has lost is silent"
    for minute in (-5, -10):
        assert refused_at([asked("a")], heard, {make.id_of("G"): make.at(minutes=minute)}, awake=True) == set(), "early"


@pytest.mark.parametrize(("days", "late"), [(13.9, True), (14, False), (None, False)])
def test_rule_24_servers_are_shown_for_clients_that_were_seen_of_late(make, days, late):
    """Within 14 days; one that was never seen is not."""
    client = make.client("c1", seen=None if days is None else -days * 24 * 60)
    assert is_of_late(client, make.t0) is late
