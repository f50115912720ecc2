"""Which certificates end soon: a finding for each certificate of a server."""

from datetime import timedelta

import pytest

from rotation.finding import Severity
from rotation.watch.expiry import about_ports
from rotation.watch.inventory import Endpoint, Port, SeenCertificate, Sighting, WatchedPort

DAY = timedelta(days=1)


@pytest.fixture
def watched(make):
    """A port with a certificate that ends after so many days; none where that is None."""

    def watched(days, server="s1", port=Port.CLIENT, number=443, fingerprint="aa" * 32, **fields):
        end = None if days is None else make.t0 + days * DAY
        certificate = SeenCertificate(fingerprint=fingerprint, not_after=end)
        sighting = Sighting(certificate=certificate, first_seen=make.t0, last_seen=make.t0)
        known = {"looked_at": make.t0, "sightings": (sighting,), **fields}
        return WatchedPort(endpoint=Endpoint(server=server, port=port, address=server, number=number), **known)

    return watched


@pytest.fixture
def findings(make):
    """The findings on ports."""
    return lambda *ports: about_ports("Vienna", ports, now=make.t0)


@pytest.mark.parametrize(
    ("days", "limit", "severity"),
    [
        (90.1, None, None),
        (90, 90, Severity.INFO),
        (60.1, 90, Severity.INFO),
        (60, 60, Severity.INFO),
        (30.1, 60, Severity.INFO),
        (30, 30, Severity.WARNING),
        (14, 14, Severity.WARNING),
        (7, 7, Severity.WARNING),
        (0.01, 7, Severity.WARNING),
    ],
)
def test_it_reports_90_60_30_14_and_7_days_before(watched, findings, days, limit, severity):
    """One finding, of the nearest limit; from 30 days on it is a warning."""
    found = findings(watched(days))
    assert [each.severity for each in found] == ([severity] if limit else [])
    if limit:
        assert (found[0].code, found[0].subject) == ("certificate-ends", "Vienna/s1")
        assert f"in less than {limit} days" in found[0].message


@pytest.mark.parametrize("days", [0, -1])
def test_what_has_ended_warns(watched, findings, days):
    """A certificate has ended at the moment of its end."""
    (found,) = findings(watched(days))
    assert (found.code, found.severity) == ("certificate-expired", Severity.WARNING)
    assert "(client 443) expired on" in found.message


def test_one_certificate_on_four_ports_is_one_finding(watched, findings):
    """A server's ports are named in one finding; another server has its own; the first to end comes first."""
    found = findings(
        watched(20, "s2"), watched(10, "s1"), watched(10, "s1", Port.REST, 8446), watched(10, "s1", Port.CONSOLE, 8443)
    )
    assert [each.subject for each in found] == ["Vienna/s1", "Vienna/s2"]
    assert "(client 443, console 8443, rest 8446) expires on" in found[0].message


def test_different_certificates_of_a_server_are_named(watched, findings):
    """The finding has the certificate at each port."""
    (found,) = findings(watched(900), watched(900, port=Port.REST, number=8446, fingerprint="bb" * 32))
    assert (found.code, found.subject) == ("ports-differ", "Vienna/s1")
    assert "aaaaaaaaaaaa (client); bbbbbbbbbbbb (rest)" in found.message


def test_what_was_never_seen_has_no_finding(watched, findings):
    """A port that never answered, and a certificate that cannot be read, have no end that is known."""
    assert findings(watched(1, sightings=(), error="refused"), watched(None)) == ()
