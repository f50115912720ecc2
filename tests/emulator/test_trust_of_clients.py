"""Clients that trust by authority, and clients that look whether a certificate is valid now."""

from datetime import timedelta

import pytest

from emulator.certificates.certificates import issued, self_signed
from emulator.certificates.keyfiles import CertificateFormat
from emulator.certificates.keys import pool_key
from emulator.spec import ROOT_GROUP, ClientSpec
from emulator.switches import RejectedDownload, Switches, Trusts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COMPANY = "Company CA"


def replaced(played, credential):
    """The site when a server has that certificate."""
    content = credential.certificate_pem + credential.key_pem
    played.console.replace_certificate("A", content, CertificateFormat.PEM)
    return played


@pytest.mark.parametrize(("authority", "silent"), [(COMPANY, 20), ("Another CA", 0)])
def test_a_certificate_of_the_same_authority_is_accepted(play, site_of, start, authority, silent):
    """Clients come to a server whose certificate they do not hold; what its new key has signed they reject there."""
    switches = Switches(trusts=Trusts.SAME_AUTHORITY, rejected_download=RejectedDownload.STAY_AND_REPORT)
    played = play(site_of(1, authority=COMPANY, switches=switches)).run(3 * HOUR)
    replaced(played, issued(pool_key(7), "A", start, authority=authority))
    played.run(9 * HOUR)
    assert len(played.verdict().refusing) == silent
    assert played.verdict().clients_lost == 20


def test_by_default_it_is_not(play, site_of, start):
    """Clients accept what they hold, of any authority."""
    played = play(site_of(1, authority=COMPANY)).run(3 * HOUR)
    replaced(played, issued(pool_key(7), "A", start, authority=COMPANY))
    played.run(9 * HOUR)
    assert (len(played.verdict().refusing), played.verdict().clients_lost) == (0, 20)


def clocks(site_of, *ahead, **more):
    """A site of two servers, with two clients for each clock."""
    batches = [
        ClientSpec(group=ROOT_GROUP, count=2, prefix=f"C{number}", clock_ahead=each)
        for number, each in enumerate(ahead)
    ]
    return site_of(1, *batches, switches=Switches(**more))


@pytest.mark.parametrize(("looks", "lost"), [(True, {"C1-0001", "C1-0002"}), (False, set())])
def test_a_certificate_that_has_not_begun_is_refused_until_it_has(play, site_of, looks, lost):
    """Clients whose clocks are slow are lost behind the replacement, and are back when it has begun for them."""
    played = play(clocks(site_of, timedelta(0), -2 * DAY, checks_validity=looks)).run(3 * HOUR)
    played.relax()
    played.run(3 * HOUR)
    replaced(played, self_signed(pool_key(7), "A", played.simulation.now)).run(3 * HOUR).restore_security()
    played.run(3 * HOUR).restore_lists()
    played.run(12 * HOUR)
    assert {each.name for each in played.verdict().lost} == lost
    assert all("not valid now" in each.why for each in played.verdict().lost)
    assert played.run(2 * DAY).verdict().clients_lost == 0


def test_a_certificate_that_has_ended_is_refused(play, site_of, start):
    """All clients lose the site when the certificate ends, those with a fast clock before."""
    played = play(clocks(site_of, timedelta(0), 2 * DAY, checks_validity=True))
    played.relax()
    played.run(3 * HOUR)
    short = self_signed(pool_key(7), "A", start - DAY, life=6 * DAY)
    replaced(played, short).run(3 * HOUR).restore_security()
    played.run(3 * HOUR).restore_lists()
    assert played.run(2 * DAY).verdict().clients_lost == 0
    assert {each.name for each in played.run(DAY + 12 * HOUR).verdict().lost} == {"C1-0001", "C1-0002"}
    assert played.run(2 * DAY).verdict().clients_lost == 4
