"""Certificates that were issued for something else, or whose issuers are not there."""

import pytest

from rotation.certificate import Chain, ChainCertificate
from rotation.finding import Severity


def chain(make, **fields):
    """A chain of one issuer."""
    issuer = ChainCertificate(subject="CN=Root", not_after=make.at(days=900), is_ca=fields.pop("is_ca", True))
    return Chain(**{"issuers": (issuer,), **fields})


def test_a_whole_chain_has_no_findings(make, codes):
    """Server, issuer, root."""
    assert codes(make.facts(chain=chain(make))) == {}


@pytest.mark.parametrize("field", ["for_servers", "may_sign"])
def test_usages_that_leave_the_server_out_are_refused(make, codes, field):
    """What is named must name TLS servers, and signatures, which policy files have too."""
    code = {"for_servers": "certificate-not-for-servers", "may_sign": "certificate-may-not-sign"}[field]
    assert codes(make.facts(**{field: False})) == {code: Severity.BLOCKING}


def test_an_authoritys_certificate_is_refused(make, codes):
    """An intermediate authority's is no server's; one that signs itself may be as SEPM has made it."""
    assert codes(make.facts(is_ca=True, chain=chain(make))) == {"certificate-is-ca": Severity.BLOCKING}
    assert codes(make.facts(is_ca=True)) == {"certificate-is-ca": Severity.WARNING}


def test_a_chain_must_be_there(make, codes):
    """A chain without any issuer, or without the root, is a warning: every client may know them, and may not."""
    alone = make.facts(chain=Chain(complete=False))
    assert codes(alone) == {"certificate-chain-missing": Severity.WARNING}
    assert codes(make.facts(chain=chain(make, complete=False))) == {"certificate-chain-open": Severity.WARNING}


def test_who_is_no_authority_issues_nothing(make, codes):
    """A client that verifies rejects a chain by a certificate that may not issue."""
    assert codes(make.facts(chain=chain(make, is_ca=False))) == {"certificate-issuer-no-ca": Severity.BLOCKING}


def test_it_names_order_and_strays(make, codes):
    """Neither is wrong in what is made from it here."""
    found = codes(make.facts(chain=chain(make, in_order=False, left_out=("CN=Stray",))))
    assert found == {"certificate-chain-order": Severity.INFO, "certificate-left-out": Severity.INFO}
