"""The evidence of a copied list must be what was asked: name, protocol and the port of every server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.plan.work.copied import not_as_asked, ports_text, shown_by
from rotation.plan.work.task import CopyList, CopyServer
from rotation.site import ListEntry, Protocol, ServerList
from rotation.values import ListName, ServerName

COPY = ListName("L (HTTP)")
RIGHT = {"list_name": COPY, "protocol": "HTTP", "ports": "s1=8014, s2=80"}


def copying(**ports: int) -> CopyList:
    """The work of copying a list with servers on these HTTP ports."""
    servers = tuple(CopyServer(server=ServerName(name), address=name, http_port=port) for name, port in ports.items())
    return CopyList(source_list=ListName("L"), copy_list=COPY, servers=servers)


WORK = copying(s1=8014, s2=80)


@pytest.mark.parametrize("ports", ["s1=8014, s2=80", "S2:80;s1:8014", "s1 = 8014\ns2 = 80", "s1=8014,s2=80,"], ids=repr)
def test_what_was_asked_is_taken(ports):
    """Ports are read as people write them, in any order."""
    assert not_as_asked(WORK, RIGHT | {"ports": ports, "protocol": "http"}) is None


def test_one_port_stands_for_every_server():
    """Where all have the same, its number is enough."""
    assert not_as_asked(copying(s1=8014, s2=8014), RIGHT | {"ports": "8014"}) is None
    assert not_as_asked(WORK, RIGHT | {"ports": "8014"}) is not None
    assert not_as_asked(copying(s1=8014, s2=8014), RIGHT | {"ports": "08014999"}) is not None


@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        ({}, "copy-name-not-shown"),
        (RIGHT | {"list_name": "L"}, "copy-name-not-shown"),
        ({"list_name": COPY}, "copy-protocol-not-shown"),
        (RIGHT | {"protocol": "HTTPS"}, "copy-protocol-not-shown"),
        ({"list_name": COPY, "protocol": "HTTP"}, "copy-ports-not-shown"),
        (RIGHT | {"ports": "s1=8014"}, "copy-ports-not-shown"),
        (RIGHT | {"ports": "s1=8014, s2=443"}, "copy-ports-not-shown"),
        (RIGHT | {"ports": "s1=8014, s2=80, s3=80"}, "copy-ports-not-shown"),
        (RIGHT | {"ports": "s1=8014, s2=80, s2=443"}, "copy-ports-not-shown"),
        (RIGHT | {"ports": "as asked"}, "copy-ports-not-shown"),
        (RIGHT | {"ports": "²"}, "copy-ports-not-shown"),
        (RIGHT | {"ports": "9" * 5000}, "copy-ports-not-shown"),
    ],
)
def test_what_is_missing_or_differs_is_named(evidence, code):
    """The finding has the first thing that is missing or differs, what was asked and how to show it."""
    finding = not_as_asked(WORK, evidence)
    assert finding is not None
    assert (finding.code, finding.subject) == (code, COPY)
    assert ports_text(WORK) in finding.remedy
    assert len(finding.message) <= 500


@given(
    st.dictionaries(st.sampled_from(["s1", "s2", "s3"]), st.integers(1, 65535), min_size=1), st.sampled_from(Protocol)
)
def test_an_exported_file_shows_what_it_holds(ports, protocol):
    """A list over HTTP with the ports that were asked is taken; the same over HTTPS is not."""
    entries = tuple(ListEntry(server=ServerName(name), address=name, http_port=port) for name, port in ports.items())
    shown = shown_by(ServerList(name=COPY, protocol=protocol, priorities=(entries,)))
    assert (not_as_asked(copying(**ports), shown) is None) == (protocol is Protocol.HTTP)
