"""What clients that fail over show of replaced servers: by a moved policy that they take there (rule 24)."""

import pytest

from rotation.plan.step import Gate, GatePurpose
from rotation.proof.moved import lists_to_show, refused_at, taken_at, to_move, unshown
from rotation.values import ClientId, ServerName

OLD_BUILD = {"build": "14.2.1.0"}
S1, S2, S3 = ServerName("s1"), ServerName("s2"), ServerName("s3")


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


@pytest.fixture
def moved(make, body):
    """The groups whose policy is moved for those servers, by their names."""

    def choose(servers, *clients):
        return [owner.path for owner in to_move(body, servers, clients, now=make.t0)]

    return choose


def test_rule_24_the_policy_of_a_group_with_clients_there_is_moved(make, moved):
    """Several clients tell more than one, which may be switched off; else the smaller group goes first."""
    three = [make.client(f"g{n}", "G") for n in range(3)]
    assert moved(["s1"], *three, make.client("h", "H")) == ["G"]
    assert moved(["s1"], *three, *(make.client(f"h{n}", "H") for n in range(4))) == ["G"]
    assert moved(["s1"], *three, *(make.client(f"g{n}", "G", server="s2") for n in range(4, 9)), *(
        make.client(f"h{n}", "H") for n in range(4)
    )) == ["H"]  # fmt: skip


def test_rule_24_one_policy_serves_several_servers(make, moved):
    """Where a group has clients at each of them."""
    clients = [make.client("g1", "G"), make.client("g2", "G", server="s2"), make.client("h1", "H", server="s2")]
    assert moved(["s1", "s2"], *clients) == ["G"]


@pytest.mark.parametrize(
    "who",
    [
        {"group": "K"},
        {"group": "N"},
        {"server": "s3"},
        {"seen": None},
        {"seen": -16},
        {"images": True},
    ],
    ids=str,
)
def test_rule_24_who_shows_nothing_has_no_policy_moved(make, moved, who):
    """Clients that do not verify, in any of their locations; that are elsewhere, away, or begin from an image."""
    assert moved(["s1"], make.client("c", **{"group": "G", **who})) == []


@pytest.fixture
def takes(make, body, site):
    """Where a client of G has taken a newer policy that was at those servers, with those serials, so long apart."""

    def find(servers, minutes, *, seen=(-10, -5)):
        before, now = (
            make.client(
                "g",
                "G",
                server=server,
                seen=at,
                serial=None if made is None else make.serial("G", make.at(minutes=made)),
            )
            for server, made, at in zip(servers, minutes, seen, strict=True)
        )
        (owner,) = [each for each in body.scopes if each.path == "G"]
        return taken_at(before, now, owner, site)

    return find


def test_rule_24_a_newer_policy_that_was_taken_at_a_server_shows_it(takes):
    """The client was at the server before and after, within the day for which it stays there."""
    assert takes(("s1", "s1"), (-60, -7)) == "s1"
    assert takes(("s1", "s1"), (-7, -7)) is None, "no newer policy"
    assert takes(("s1", "s1"), (-7, -60)) is None, "an older one"
    assert takes(("s1", "s3"), (-60, -7)) is None, "it may have been taken at either"
    assert takes(("s1", "s1"), (None, -7)) is None
    assert takes(("s1", "s1"), (-60, None)) is None
    assert takes(("s1", "s1"), (-60, -7), seen=(-24 * 60 - 5, -5)) is None, "it may have been elsewhere meanwhile"


def test_rule_24_who_was_there_and_has_not_taken_it_there_speaks_against_the_server(make):
    """One that was seen since; or several that fell silent: one alone may be switched off."""
    a, e = ClientId("a"), ClientId("e")
    there = {a: S1, **{ClientId(name): S2 for name in "bcd"}, e: S3}
    quiet = {name: make.client(name, seen=-30) for name in there}
    at = make.at(minutes=-20)
    assert refused_at(there, quiet, {S1, S2, S3}, at) == (S2,)
    assert refused_at(there, quiet, {S1, S3}, at) == ()
    assert refused_at(there, quiet | {a: make.client(a, seen=-10, server=S3)}, {S1}, at) == (S1,)
    assert refused_at(there, {}, {S2}, at) == (S2,), "whom SEPM has lost is silent"
    assert refused_at(there, quiet | {e: make.client(e, seen=None)}, {S3}, at) == ()
