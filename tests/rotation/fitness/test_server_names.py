"""A certificate held against the server that it is for."""

from datetime import UTC, datetime

import pytest

from rotation.certificate import Chain, ChainCertificate, Named
from rotation.finding import Severity

ISSUER = ChainCertificate(subject="CN=CA", not_after=datetime(2100, 1, 1, tzinfo=UTC))
S1 = {"common_name": "s1.example", "names": ()}


def named(*names, key="old-key"):
    """What another certificate names."""
    return Named(common_name=names[0], names=names, public_key=key)


@pytest.fixture
def judge(make, codes, place):
    """What is found of a certificate for s1, whose facts are given, where the servers present what is given."""
    return lambda facts, **at: codes(make.facts(**facts), place=place(**at))


def test_a_certificate_in_its_place_has_no_findings(judge):
    """It names what the old one did, and has a key of its own."""
    assert judge(S1, s1=("old", named("s1.example"))) == {}


@pytest.mark.parametrize(
    ("old", "verifies_ca", "severity"),
    [
        (None, False, Severity.WARNING),
        ("elsewhere.example", False, Severity.WARNING),
        ("s1.example", False, Severity.BLOCKING),
        (None, True, Severity.BLOCKING),
        ("elsewhere.example", True, Severity.BLOCKING),
    ],
)
def test_a_name_that_clients_use_is_missing(judge, old, verifies_ca, severity):
    """A missing name is refused where clients verify it, or the old certificate had it; else its effect is unknown."""
    found = judge({"common_name": "other.example"}, verifies_ca=verifies_ca, s1=("old", named(old) if old else None))
    assert found == {"certificate-name-missing": severity}


def test_who_verifies_needs_the_chain(judge):
    """Where clients verify the issuer, a certificate without its issuers is refused; with one of them it is not."""
    alone, open_ended = Chain(complete=False), Chain(issuers=(ISSUER,), complete=False)
    found = judge({**S1, "chain": alone}, verifies_ca=True)
    assert found["certificate-chain-needed"] is Severity.BLOCKING
    assert judge({**S1, "chain": open_ended}, verifies_ca=True) == {"certificate-chain-open": Severity.WARNING}
    assert judge({**S1, "chain": alone}) == {"certificate-chain-missing": Severity.WARNING}


def test_forms_of_names_are_kept(judge):
    """Peers compare the form: a certificate with no address, where the old one has one, is a warning."""
    old = named("s1.example", "192.0.2.7")
    assert judge(S1, s1=("old", old)) == {"certificate-name-form": Severity.WARNING}
    assert judge({**S1, "names": ("192.0.2.8",)}, s1=("old", old)) == {}


def test_a_wildcard_warns(judge):
    """The vendor leaves open whether SEPM takes one."""
    assert judge({"names": ("*.example",)}) == {"certificate-wildcard": Severity.WARNING}


def test_a_certificate_is_in_use(judge):
    """Here it would be seen as replaced at once; elsewhere two servers would share a key."""
    facts = {**S1, "fingerprint": "same"}
    assert judge(facts, s1=("same", None)) == {"certificate-in-use": Severity.BLOCKING}
    assert judge(facts, s2=("same", None)) == {"certificate-in-use-elsewhere": Severity.WARNING}


def test_a_key_is_used_again(judge):
    """A key of this server may be used again on purpose; a key of another server is a warning."""
    facts, old = {**S1, "public_key": "k"}, named("s1.example", key="k")
    assert judge(facts, s1=("old", old)) == {"certificate-key-reused": Severity.INFO}
    assert judge(facts, s2=("old", old)) == {"certificate-key-reused": Severity.WARNING}
