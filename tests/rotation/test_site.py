"""What is registered about a site must make sense."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from rotation.site import Limits, ListEntry, Protocol, ServerList
from rotation.values import ListName, ServerName


def test_server_named_twice_is_refused(make):
    """Two servers of one name would look the same in `lastServerName`."""
    with pytest.raises(ValidationError, match="server named twice: s1"):
        make.site("s1", "s1", lists=[])


def test_list_named_twice_is_refused(make):
    """Two descriptions of one list: it is unknown which one is true."""
    with pytest.raises(ValidationError, match="server list named twice: L"):
        make.site("s1", lists=[make.server_list("L", "s1"), make.server_list("L", "s1", http=True)])


def test_list_without_a_server_is_refused(make):
    """A client of an empty list could reach nothing."""
    with pytest.raises(ValidationError, match="has no server"):
        make.server_list("L")


def test_list_with_one_server_twice_offers_one_server():
    """Two addresses of one server are no failover."""
    entries = [ListEntry(server=ServerName("s1"), address=address) for address in ("a.test", "b.test")]
    known = ServerList(name=ListName("L"), protocol=Protocol.HTTPS, priorities=((entries[0],), (entries[1],)))
    assert known.servers == {"s1"}
    assert [entry.address for entry in known.entries] == ["a.test", "b.test"]


def test_holdout_cannot_end_before_it_may_end():
    """A minimum above the maximum is refused."""
    with pytest.raises(ValidationError, match="longer than holdout_maximum"):
        Limits(holdout_minimum=timedelta(days=91))


def test_what_is_not_registered_is_none(make):
    """An unknown server or list gives None, not a guess."""
    site = make.site("s1")
    assert (site.server("s2"), site.list_named("other")) == (None, None)
    assert site.server("s1") == site.servers[0]
