"""A certificate that is not valid as long as it must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.certificate import Chain, ChainCertificate
from rotation.finding import Severity

DAYS = st.integers(min_value=0, max_value=1000)


def test_certificate_that_is_not_valid_yet_is_refused(make, codes):
    """One that begins tomorrow would be refused by every client today."""
    assert codes(make.facts(not_before=make.at(days=1))) == {"certificate-not-yet-valid": Severity.BLOCKING}
    assert codes(make.facts(not_before=make.t0)) == {}


def test_expired_certificate_is_refused(make, codes):
    """One that has ended is refused as such, and not for ending too soon."""
    assert codes(make.facts(not_after=make.t0)) == {"certificate-expired": Severity.BLOCKING}


@given(ends=DAYS, needed=DAYS)
def test_certificate_outlives_its_plan(make, codes, ends, needed):
    """A certificate that ends before its plan would is never without a blocking finding."""
    found = codes(make.facts(not_after=make.at(days=ends)), needed)
    assert bool(found) == (ends == 0 or ends < needed)


def test_certificate_ends_too_soon(make, codes):
    """The finding tells a certificate that ends within the plan from one that has ended."""
    assert codes(make.facts(not_after=make.at(days=89))) == {"certificate-ends-too-soon": Severity.BLOCKING}


@pytest.mark.parametrize(
    ("days", "code"), [(0, "certificate-issuer-expired"), (89, "certificate-issuer-ends-too-soon"), (90, None)]
)
def test_an_issuer_ends_before_what_it_issued(make, codes, days, code):
    """Where clients verify the chain, a certificate ends with its issuer."""
    issuer = ChainCertificate(subject="CN=Root", not_after=make.at(days=days))
    found = codes(make.facts(chain=Chain(issuers=(issuer,))))
    assert found == ({code: Severity.BLOCKING} if code else {})
