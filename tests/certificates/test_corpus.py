"""A corpus of certificates that must not go into a server, or must be thought over: the right finding for each."""

from datetime import timedelta
from pathlib import Path

import pytest

from certificates.certificate_file import parse_certificate_file
from certificates.errors import UnusableCertificateFile
from rotation.certificate import Named
from rotation.fitness import PlacedServer, unfit
from rotation.site import ListEntry, Protocol, Server, ServerList, Site
from rotation.survey import ServedCertificate
from rotation.values import CertificateId, Fingerprint, ListName, ServerName, SiteId
from tests.certificates.corpus.broken import ALONE, pairs
from tests.certificates.corpus.issuance import NOW, file

MADE = Path(__file__).parent / "corpus" / "made_by_openssl"
PAIRS = tuple(pairs())
S1 = ServerName("s1")
ENTRY = ListEntry(server=S1, address="s1.example")
OLD = Named(common_name="s1.example", names=("s1.example", "192.0.2.7"), public_key=Fingerprint("old"))
PLACE = PlacedServer(
    site=Site(
        id=SiteId("site"),
        name="Site",
        servers=(Server(name=S1, address="192.0.2.7"),),
        lists=(ServerList(name=ListName("L"), protocol=Protocol.HTTPS, priorities=((ENTRY,),)),),
    ),
    server=S1,
    served=(ServedCertificate(server=S1, fingerprint=Fingerprint("old"), named=OLD, observed_at=NOW),),
)


def codes(content):
    """What is found of a file's certificate, for a plan of 120 days."""
    parsed = parse_certificate_file(content, identity=CertificateId("c"), name="given.pem")
    return {each.code for each in unfit(parsed.facts, now=NOW, needed=timedelta(days=120), place=PLACE)}


def test_there_are_enough():
    """Sixty at least; each rule alone, and in pairs."""
    assert len(ALONE) + len(PAIRS) + len(list(MADE.glob("*.pem"))) >= 60


def test_the_fit_one_has_no_findings():
    """What the others differ from; with a chain it is as fit."""
    assert codes(file()) == set()
    assert codes(file(by="rsa-2048")) == set()


@pytest.mark.parametrize("broken", ALONE, ids=lambda broken: broken.name)
def test_each_rule_finds_what_it_is_for(broken):
    """One thing is wrong, and one code says so."""
    assert codes(file(**broken.changes)) == broken.codes


@pytest.mark.parametrize("broken", PAIRS, ids=lambda broken: broken.name)
def test_no_rule_hides_another(broken):
    """Two things are wrong, and both are reported."""
    assert codes(file(**broken.changes)) == broken.codes


def test_a_huge_one():
    """A thousand names are read; a certificate of more than 64 KiB is refused with what to do."""
    names = tuple(f"s{number}.example" for number in range(5000))
    assert codes(file(names=(*names[:1000], "s1.example", "192.0.2.7"))) == set()
    with pytest.raises(UnusableCertificateFile, match="fewer names"):
        codes(file(names=names))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((f"rsa-{bits}", {"certificate-key-too-small"}) for bits in (512, 768, 1024, 1536, 2047)),
        *((f"rsa-{bits}", {"certificate-key-large"}) for bits in (3072, 4096, 6144, 8192)),
        *((f"rsa-2048-{weak}", {"certificate-weak-signature"}) for weak in ("md5", "sha1", "sha224")),
        ("rsa-2048-sha384", set()),
        ("rsa-2048-sha512", set()),
        ("rsa-2048-pss", {"certificate-signature-unproven"}),
    ],
)
def test_what_openssl_has_made(name, expected):
    """Odd sizes and weak hashes, which the library of these tests does not make."""
    assert codes((MADE / f"{name}.pem").read_bytes()) == expected
