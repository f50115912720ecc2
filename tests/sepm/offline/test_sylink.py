"""Reading exported Sylink.xml files."""

import time

import pytest

from rotation.site import Protocol, Server
from rotation.values import ServerName
from sepm.errors import UnreadableSylink
from sepm.offline.sylink import parse_sylink

SERVERS = (
    Server(name=ServerName("SRV1"), address="sepm1.example"),
    Server(name=ServerName("SRV2"), address="192.0.2.2", https_port=4443, http_port=8114),
)


def sylink(blocks, name="Copy of Default"):
    """A file as the console exports it."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ServerSettings DomainId="{"A" * 32}">
  <CommConf>
    <AgentCommunicationSetting AlwaysConnect="1" CommunicationMode="PULL" Kcs="{"B" * 32}" PushHeartbeatSeconds="300"/>
    <ServerList Name="{name}">{blocks}</ServerList>
    <ServerCertList><Certificate Name="SRV1">MIIB</Certificate></ServerCertList>
    <RegisterClient PreferredGroup="My Company" PreferredMode="1"/>
  </CommConf>
</ServerSettings>""".encode()


def block(number, *servers):
    """A priority."""
    return f'<ServerPriorityBlock Name="Priority{number}">{"".join(servers)}</ServerPriorityBlock>'


def server(address, **ports):
    """A server element; HttpsVerifyCA is 0 unless given."""
    attributes = {"HttpsVerifyCA": "0", "VerifySignatures": "1", **ports}
    return f'<Server Address="{address}" {" ".join(f"{k}={chr(34)}{v}{chr(34)}" for k, v in attributes.items())}/>'


def test_an_https_list_with_priorities():
    """Addresses become the site's servers by address or name, whatever the case, first priority first."""
    xml = sylink(
        block(10, server("elsewhere.example", HttpsPort=443))
        + block(2, server("192.0.2.2", HttpPort=8014, HttpsPort=4443))
        + block(1, server("SEPM1.Example", HttpPort=8014, HttpsPort=443), server("srv2", HttpsPort=4443))
    )
    found = parse_sylink(xml, SERVERS)
    assert (found.name, found.protocol, found.verifies_ca) == ("Copy of Default", Protocol.HTTPS, False)
    assert [[entry.server for entry in priority] for priority in found.priorities] == [
        ["SRV1", "SRV2"],
        ["SRV2"],
        ["elsewhere.example"],
    ]
    assert [entry.address for entry in found.entries][:2] == ["SEPM1.Example", "srv2"]
    assert (found.entries[2].https_port, found.entries[2].http_port) == (4443, 8014)


def test_a_server_behind_a_shared_address_is_known_by_its_port():
    """As behind one NAT; where no port is that of a server, it is none that is known."""
    one, two = (each.model_copy(update={"address": "nat.example"}) for each in SERVERS)
    rows = [server("nat.example", HttpsPort=port) for port in (4443, 443, 9443)]
    found = parse_sylink(sylink(block(1, *rows)), (one, two))
    assert [entry.server for entry in found.entries] == ["SRV2", "SRV1", "nat.example"]
    plain = [server("nat.example", HttpPort=port) for port in (8114, 8014)]
    assert [entry.server for entry in parse_sylink(sylink(block(1, *plain)), (one, two)).entries] == ["SRV2", "SRV1"]


@pytest.mark.parametrize("https", [{}, {"HttpsPort": 0}, {"HttpsPort": ""}])
def test_an_http_list(https):
    """Servers with an HTTP port alone make an HTTP list; the other port is the registered one."""
    found = parse_sylink(sylink(block(1, server("192.0.2.2", HttpPort=8014, **https))), SERVERS)
    assert found.protocol is Protocol.HTTP
    assert (found.entries[0].http_port, found.entries[0].https_port) == (8014, 4443)


def test_one_server_that_trusts_a_ca_makes_it_the_lists():
    """Clients that trust a CA prove less by a check-in, so the careful reading is taken."""
    xml = sylink(block(1, server("a", HttpsPort=443), server("b", HttpsPort=443, HttpsVerifyCA=1)))
    assert parse_sylink(xml, ()).verifies_ca


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_encodings_of_windows(encoding):
    """Files that Windows wrote as UTF-16 or with a mark are read."""
    xml = sylink(block(1, server("a", HttpsPort=443)), "Größe").decode().encode(encoding)
    assert parse_sylink(xml, ()).name == "Größe"


BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<ServerSettings>&b;</ServerSettings>"""
EXTERNAL = b"""<!DOCTYPE b SYSTEM "file:///etc/passwd"><ServerSettings/>"""


@pytest.mark.parametrize(
    "hostile",
    [BOMB, EXTERNAL, BOMB.decode().encode("utf-16"), BOMB.replace(b"DOCTYPE", b"doctype")],
    ids=["bomb", "external", "utf-16", "small letters"],
)
def test_document_types_are_refused_before_parsing(hostile):
    """No Sylink.xml declares entities: one that does is not parsed at all, in whatever encoding."""
    with pytest.raises(UnreadableSylink, match="not parsed"):
        parse_sylink(hostile, ())


def test_an_encoding_cannot_hide_a_declaration():
    """What is parsed is the text that was searched, so a declared encoding has no say."""
    hidden = b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE b+AD4-<ServerSettings/>'
    with pytest.raises(UnreadableSylink):
        parse_sylink(hidden, ())


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (b"<ServerSettings", "no XML"),
        (b"", "no XML"),
        (b"\xff\xff\xff", "neither UTF-8 nor UTF-16"),
        (b"<ServerSettings/>", "no ServerList"),
        (sylink('</ServerList><ServerList Name="b">'), "holds 2 ServerLists"),
        (sylink(block(1, server("a", HttpsPort=443)), ""), "has no name"),
        (sylink(""), "no server"),
        (sylink(block(1, server("", HttpsPort=443))), "no server"),
        (sylink(block(1, server("a"))), "neither HttpPort nor HttpsPort"),
        (sylink(block(1, server("a", HttpsPort=443), server("b", HttpPort=80))), "mixes"),
        (sylink(block(1, server("a", HttpsPort="70000"))), "for a port"),
        (sylink(block(1, server("a", HttpsPort="x"))), "for a port"),
        (b" " * (5 << 20), "larger than"),
    ],
)
def test_an_unreadable_file_says_why(xml, why):
    """Each fault is named, and the remedy is a new export or a person's description."""
    with pytest.raises(UnreadableSylink, match=why) as caught:
        parse_sylink(xml, SERVERS, name="sylink-hq.xml")
    assert caught.value.address == "sylink-hq.xml"
    assert caught.value.remedy


def test_numbers_of_any_length_are_refused_at_once():
    """Python turns no text of 4,300 digits into a number, and a search must not begin again at each digit."""
    many = "9" * 100_000
    with pytest.raises(UnreadableSylink, match="for a port"):
        parse_sylink(sylink(block(1, server("a", HttpPort=many))), SERVERS)
    begun = time.process_time()
    named = sylink(block(f"{many}x", server("a", HttpPort=8014)) + block(many, server("b", HttpPort=8014)))
    assert [entry.address for entry in parse_sylink(named, SERVERS).entries] == ["a", "b"]
    assert time.process_time() - begun < 1
