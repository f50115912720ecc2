"""Which ports of a site have a certificate."""

from datetime import timedelta

from rotation.access import ConsoleGroup, ConsoleLocation, OfflineDocument
from rotation.site import Server, Site
from rotation.values import ListName, ServerName, SiteId
from rotation.watch.inventory import Port, endpoints

CONSOLE_LOCATION = ConsoleLocation(
    server_list=ListName("HTTP"), secure_communications=True, heartbeat=timedelta(minutes=5)
)


def ports(site, rest_url):
    """Server, kind, address and number of each port."""
    return [(at.server, at.port, at.address, at.number) for at in endpoints(site, rest_url)]


def test_every_server_has_four(make):
    """Client, console, REST and reporting, each with the vendor's number."""
    found = ports(make.site("s1", "s2"), "https://s1.test:8446/sepm")
    assert found[:4] == [
        ("s1", Port.CLIENT, "s1.test", 443),
        ("s1", Port.CONSOLE, "s1.test", 8443),
        ("s1", Port.REST, "s1.test", 8446),
        ("s1", Port.REPORTING, "s1.test", 8445),
    ]
    assert [each[0] for each in found[4:]] == ["s2"] * 4


def test_the_registered_rest_address_is_looked_at(make):
    """Its port takes the place of the usual one; without a number it is that of HTTPS, and case does not matter."""
    site = make.site("s1", "s2")
    assert [each[3] for each in ports(site, "https://S1.test:9446/sepm") if each[1] == Port.REST] == [9446, 8446]
    assert [each[3] for each in ports(site, "https://s2.test/sepm") if each[1] == Port.REST] == [8446, 443]


def test_a_rest_address_that_is_no_servers_stands_for_itself(make):
    """Behind a balancer or under another name: looked at as well."""
    assert ports(make.site("s1"), "https://sepm.test:8446/sepm")[4:] == [("sepm.test", Port.REST, "sepm.test", 8446)]


def test_an_address_of_version_6_is_the_servers():
    """Brackets do not hide that they are one, and are no part of what is connected to."""
    site = Site(id=SiteId("x"), name="x", servers=(Server(name=ServerName("s1"), address="[::1]", console_port=None),))
    assert [each[1:] for each in ports(site, "https://[::1]:9446/sepm") if each[1] == Port.REST] == [
        (Port.REST, "::1", 9446)
    ]


def test_a_port_that_is_not_there_is_not_looked_at():
    """Where the owner says that a server has none."""
    server = Server(name=ServerName("s1"), address="s1.test", console_port=None, rest_port=None, reporting_port=None)
    site = Site(id=SiteId("x"), name="x", servers=(server,))
    assert [each[1] for each in ports(site, "https://s1.test:8446")] == [Port.CLIENT, Port.REST]
    assert [each[1] for each in ports(site, "https://other.test:8446")] == [Port.CLIENT, Port.REST]


def test_a_site_without_rest_has_no_such_port(make):
    """A port that cannot be there would be shown as silent for ever."""
    group = ConsoleGroup(path="My Company", locations=(CONSOLE_LOCATION,))
    access = OfflineDocument(version="12.1", recorded_at=make.t0, groups=(group,))
    found = ports(make.site("s1").model_copy(update={"access": access}), "")
    assert [each[1] for each in found] == [Port.CLIENT, Port.CONSOLE, Port.REPORTING]
