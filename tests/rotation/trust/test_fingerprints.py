"""Trusted fingerprints: what is accepted at a REST address at each moment of a swap, and when a successor is proven."""

from datetime import UTC, datetime, timedelta

import pytest

from rotation.site import Server, Site
from rotation.trust.fingerprints import AcceptedCertificates, Announced, accepted, behind, settled
from rotation.values import Fingerprint, ServerName, SiteId

T0 = datetime(2026, 3, 1, tzinfo=UTC)
OLD, NEW, OTHER = Fingerprint("aa" * 32), Fingerprint("bb" * 32), Fingerprint("cc" * 32)
S1, S2 = ServerName("s1"), ServerName("s2")
ONE, BOTH = {S1}, {S1, S2}


def at(minutes):
    """A moment of the story."""
    return T0 + timedelta(minutes=minutes)


def swap(target=NEW, *, server=S1, opened=0, seen=None):
    """A swap that was opened, and perhaps seen."""
    return Announced(server=server, target=target, opened_at=at(opened), seen_at=None if seen is None else at(seen))


def site(*servers):
    """A site of servers at these addresses, each with a REST port if given."""
    made = tuple(
        Server(name=ServerName(f"s{place}"), address=address, rest_port=port)
        for place, (address, port) in enumerate(servers, 1)
    )
    return Site(id=SiteId("site"), name="Site", servers=made)


@pytest.mark.parametrize(
    ("servers", "url", "expected"),
    [
        ([("one.test", 8446), ("two.test", 8446)], "https://TWO.test:8446", {S2}),
        ([("one.test", 8446), ("two.test", 8446)], "https://two.test:9000/sepm", {S2}),
        ([("one.test", 8446), ("two.test", 8446)], "https://balancer.test:8446", BOTH),
        ([("[::1]", 8446), ("[::1]", 9446)], "https://[::1]:9446", {S2}),
        ([("::1", 8446), ("::1", 9446), ("two.test", 8446)], "https://[::1]:7000", BOTH),
        ([("one.test", None)], "https://one.test", ONE),
    ],
)
def test_the_address_belongs_to_one_server_or_to_any_of_them(servers, url, expected):
    """Host and port name a server, else the host does; any other name may be a balancer's: all are behind."""
    assert behind(site(*servers), url) == expected


def test_around_a_swap_the_known_and_the_announced_are_accepted():
    """Before it one, from its opening two, and only where the server is behind the address."""
    assert accepted({OLD}, [], ONE) == AcceptedCertificates(fingerprints=frozenset({OLD}))
    assert accepted({OLD}, [swap()], ONE).fingerprints == {OLD, NEW}
    assert accepted({OLD}, [swap(server=S2)], ONE).fingerprints == {OLD}
    assert accepted({OLD}, [swap(), swap(OTHER, server=S2)], BOTH).fingerprints == {OLD, NEW, OTHER}


def test_a_ca_is_not_trusted_in_the_middle_of_a_swap():
    """Two certificates are, the former and the announced; behind a balancer, or before any contact, the CA stays."""
    assert accepted((), [], ONE, last_by_ca=OLD) == AcceptedCertificates()
    assert accepted({OTHER}, [swap()], ONE, last_by_ca=OLD) == AcceptedCertificates(
        fingerprints=frozenset({OLD, NEW}), by_ca=False
    )
    assert accepted((), [swap()], BOTH, last_by_ca=OLD) == AcceptedCertificates(
        fingerprints=frozenset({NEW}), by_ca=True
    )
    assert accepted((), [swap()], ONE) == AcceptedCertificates(fingerprints=frozenset({NEW}), by_ca=True)


@pytest.mark.parametrize(
    ("announced", "presented", "expected"),
    [
        ([swap(seen=5)], {NEW: at(5)}, {NEW}),
        ([swap(seen=5)], {NEW: at(4)}, None),
        ([swap(seen=5)], {NEW: None}, None),
        ([swap()], {NEW: at(9)}, None),
        ([swap(server=S2, seen=5)], {NEW: at(9)}, None),
        ([], {}, None),
    ],
)
def test_a_successor_is_proven_by_both_ports(announced, presented, expected):
    """The client port presents it, and after that the REST address does; one of them alone proves nothing."""
    assert settled(announced, ONE, presented) == expected


def test_going_back_the_old_certificate_is_the_announced_one():
    """Its swap is the newest of the server: it is accepted at once, and settles what the first one left open."""
    forth, back = swap(NEW, seen=5), swap(OLD, opened=20)
    assert accepted({NEW}, [forth, back], ONE).fingerprints == {OLD, NEW}
    assert settled([back, forth], ONE, {NEW: at(30), OLD: None}) is None
    assert settled([back.model_copy(update={"seen_at": at(25)}), forth], ONE, {NEW: at(24), OLD: at(26)}) == frozenset(
        {OLD}
    )


def test_behind_a_balancer_every_server_is_proven_first():
    """Any server may have answered: what was known is accepted until the certificate of each was seen there."""
    first, second = swap(NEW, seen=5), swap(OTHER, server=S2, opened=10, seen=15)
    assert settled([first], BOTH, {NEW: at(6)}) is None
    assert settled([first, second], BOTH, {NEW: at(6), OTHER: None}) is None
    assert settled([first, second], BOTH, {NEW: at(6), OTHER: at(16)}) == frozenset({NEW, OTHER})
