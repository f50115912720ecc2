"""Keys and signatures that SEPM does not take, or takes only with help."""

import pytest

from rotation.finding import Severity


def test_fit_certificate_has_no_findings(make, codes):
    """RSA, 2048 bits, SHA-256, begun, and alive for longer than the plan."""
    assert codes(make.facts()) == {}


@pytest.mark.parametrize(
    ("fields", "code", "severity"),
    [
        ({"key_algorithm": "EC", "key_bits": 256}, "certificate-not-rsa", Severity.BLOCKING),
        ({"signature_is_rsa": False}, "certificate-not-rsa", Severity.BLOCKING),
        ({"key_bits": 1024}, "certificate-key-too-small", Severity.BLOCKING),
        ({"key_bits": 2047}, "certificate-key-too-small", Severity.BLOCKING),
        ({"key_bits": 2049}, "certificate-key-large", Severity.WARNING),
        ({"key_bits": 8192}, "certificate-key-large", Severity.WARNING),
        ({"key_bits": 8193}, "certificate-key-too-large", Severity.BLOCKING),
        ({"signature_hash": "sha1"}, "certificate-weak-signature", Severity.BLOCKING),
        ({"signature_hash": "md5"}, "certificate-weak-signature", Severity.BLOCKING),
        ({"signature_hash": "sha224"}, "certificate-weak-signature", Severity.BLOCKING),
        ({"signature_algorithm": "RSASSA-PSS"}, "certificate-signature-unproven", Severity.WARNING),
    ],
)
def test_each_kind_of_key_or_signature_has_a_finding_of_its_own(make, codes, fields, code, severity):
    """Each is a refusal or a warning, with its own code."""
    assert codes(make.facts(**fields)) == {code: severity}


@pytest.mark.parametrize("used", ["sha384", "sha512"])
def test_a_stronger_hash_is_fine(make, codes, used):
    """SHA-256 is the least, not the only one."""
    assert codes(make.facts(signature_hash=used)) == {}
