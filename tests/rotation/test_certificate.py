"""What may not go into a server, and why."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.certificate import unfit
from rotation.finding import Severity

DAYS = st.integers(min_value=0, max_value=1000)


def codes(facts, make, days=90):
    """Why `facts` do not fit a plan of that many days, with the weight of each reason."""
    return {found.code: found.severity for found in unfit(facts, now=make.t0, needed=timedelta(days=days))}


def test_fit_certificate_has_no_findings(make):
    """RSA, 2048 bits, begun, and alive for longer than the plan."""
    assert codes(make.facts(), make) == {}


@pytest.mark.parametrize(
    ("fields", "code", "severity"),
    [
        ({"key_algorithm": "EC", "key_bits": 256}, "certificate-not-rsa", Severity.BLOCKING),
        ({"signature_is_rsa": False}, "certificate-not-rsa", Severity.BLOCKING),
        ({"key_bits": 1024}, "certificate-key-too-small", Severity.BLOCKING),
        ({"key_bits": 2047}, "certificate-key-too-small", Severity.BLOCKING),
        ({"key_bits": 4096}, "certificate-key-large", Severity.WARNING),
    ],
)
def test_kind_of_key_that_sepm_does_not_take(make, fields, code, severity):
    """Each kind of key that SEPM refuses, or takes only with help, has a finding of its own."""
    assert codes(make.facts(**fields), make) == {code: severity}


def test_certificate_that_is_not_valid_yet_is_refused(make):
    """One that begins tomorrow would be refused by every client today."""
    assert codes(make.facts(not_before=make.at(days=1)), make) == {"certificate-not-yet-valid": Severity.BLOCKING}
    assert codes(make.facts(not_before=make.t0), make) == {}


def test_expired_certificate_is_refused(make):
    """One that has ended is refused as such, and not for ending too soon."""
    assert codes(make.facts(not_after=make.t0), make) == {"certificate-expired": Severity.BLOCKING}


@given(ends=DAYS, needed=DAYS)
def test_certificate_outlives_its_plan(make, ends, needed):
    """A certificate that ends before its plan would is never without a blocking finding."""
    found = codes(make.facts(not_after=make.at(days=ends)), make, needed)
    assert bool(found) == (ends == 0 or ends < needed)


def test_certificate_ends_too_soon(make):
    """The finding tells a certificate that ends within the plan from one that has ended."""
    found = codes(make.facts(not_after=make.at(days=89)), make, 90)
    assert found == {"certificate-ends-too-soon": Severity.BLOCKING}
