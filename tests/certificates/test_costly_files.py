"""Certificate files that would cost time to read, or that the library under it stumbles over."""

import struct

import pytest
from pydantic import SecretStr

from certificates.certificate_file import parse_certificate_file
from certificates.errors import UnusableCertificateFile
from rotation.values import CertificateId

PASSWORD = "sesame"


def keystore(count, *entries):
    """A JKS keystore that says that it has `count` entries."""
    return b"\xfe\xed\xfe\xed" + struct.pack(">II", 2, count) + b"".join(entries) + bytes(20)


def entry(alias, key=b""):
    """A private key without certificates."""
    head = struct.pack(">IH", 1, len(alias)) + alias + struct.pack(">QI", 0, len(key))
    return head + key + struct.pack(">I", 0)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (keystore(1, entry(b"\xff\xfe")), "damaged JKS"),
        (keystore(2**32 - 1), "damaged JKS"),
        (keystore(2, entry(b"a"), entry(b"a")), "damaged JKS"),
    ],
    ids=["alias of no encoding", "entries that are not there", "alias twice"],
)
def test_what_costs_time_or_makes_no_sense_is_refused(content, why):
    """With a reason, before the time is spent."""
    with pytest.raises(UnusableCertificateFile, match=why):
        parse_certificate_file(content, identity=CertificateId("c"), name="given", password=SecretStr(PASSWORD))
