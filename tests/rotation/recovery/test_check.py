"""Rules over what lies in a recovery file."""

from datetime import UTC, datetime, timedelta

import pytest

from rotation.finding import Severity
from rotation.recovery.check import examine
from rotation.recovery.file import HeldCertificate, Holding, RecoveryFile, UnreadFile
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint, ServerName

NOW = datetime(2030, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)
S1 = ServerName("s1")


def held(name="leaf", *, key="k", subject="CN=s1", issuer="CN=s1"):
    """A certificate that is valid for a day before and after now."""
    return HeldCertificate(
        fingerprint=Fingerprint(name), public_key=Fingerprint(key), subject=subject, issuer=issuer,
        not_before=NOW - DAY, not_after=NOW + DAY,
    )  # fmt: skip


def file(*certificates, keys=("k",), **changes):
    """A recovery file with one keystore."""
    holding = Holding(
        member="keystore.jks",
        is_keystore=True,
        certificates=certificates or (held(),),
        keys=tuple(Fingerprint(key) for key in keys),
    )
    usual = {
        "name": "recovery.zip", "sha256": "ab" * 32, "size": 1000, "members": ("keystore.jks",),
        "holdings": (holding,), "tells_password": True, "domain_ids": ("D",),
    }  # fmt: skip
    return RecoveryFile.model_validate(usual | changes)


def codes(of, now=NOW, served=None):
    """The codes of what is found."""
    return [each.code for each in examine(of, now=now, served=served)]


def test_a_whole_one_has_nothing_against_it():
    """One certificate, its key, keystore, password, domain; the certificate's dates as they are."""
    assert codes(file()) == []
    assert codes(file(), NOW + DAY - timedelta(seconds=1)) == []


def test_the_issuers_in_a_keystore_are_not_the_servers_certificate():
    """What issued another one is no candidate; renewed ones of equal name are."""
    chain = (held("leaf", issuer="CN=Middle"), held("middle", key="m", subject="CN=Middle", issuer="CN=Root"))
    root = held("root", key="r", subject="CN=Root", issuer="CN=Root")
    of = file(*chain, root)
    assert (of.certificate.fingerprint, of.key_matches) == ("leaf", True)
    assert codes(file(held("old"), held("new"))) == ["recovery-several-certificates"]


def test_a_key_must_be_the_certificates():
    """None, that of another, and one too many."""
    assert codes(file(keys=())) == ["recovery-no-key"]
    assert codes(file(keys=("x",))) == ["recovery-key-of-another"]
    assert codes(file(keys=("k", "x"))) == ["recovery-key-of-another"]
    assert not file(keys=("k", "x")).key_matches


@pytest.mark.parametrize(
    ("at", "code"),
    [(NOW + DAY, "recovery-certificate-expired"), (NOW - 2 * DAY, "recovery-certificate-not-yet-valid")],
)
def test_only_a_valid_certificate_may_go_back(at, code):
    """The vendor's procedure is for a certificate that clients still take."""
    assert codes(file(), at) == [code]


def test_what_is_missing_warns_and_does_not_stop():
    """Layouts may differ between versions: what TECH160736 names, and is not found, is a warning with what to do."""
    bare = file(tells_password=False, domain_ids=(), unknown=("x.bin",))
    bare = bare.model_copy(update={"holdings": (bare.holdings[0].model_copy(update={"is_keystore": False}),)})
    bare = bare.model_copy(update={"unread": (UnreadFile(member="y.p12", why="is shut", remedy="open it"),)})
    found = examine(bare, now=NOW)
    assert [(each.code, each.severity) for each in found] == [
        ("recovery-no-keystore", Severity.WARNING),
        ("recovery-no-password", Severity.WARNING),
        ("recovery-domain-unknown", Severity.WARNING),
        ("recovery-unread", Severity.WARNING),
        ("recovery-unknown-files", Severity.INFO),
    ]
    assert all(each.remedy for each in found if each.severity is Severity.WARNING)
    assert codes(file(domain_ids=("D", "E"))) == ["recovery-domain-unknown"]


def test_it_is_held_against_what_the_server_presents():
    """The same, another, and nothing, with the time of the survey."""
    seen = ServedCertificate(server=S1, fingerprint=Fingerprint("leaf"), observed_at=NOW)
    assert codes(file(), served=seen) == ["recovery-is-served"]
    other = seen.model_copy(update={"fingerprint": Fingerprint("other")})
    (found,) = examine(file(), now=NOW, served=other)
    assert (found.code, found.severity, found.subject) == ("recovery-not-served", Severity.BLOCKING, S1)
    assert "2030-01-02 00:00 UTC" in found.message
    silent = seen.model_copy(update={"fingerprint": None})
    assert codes(file(), served=silent) == ["recovery-not-compared"]
    assert codes(file(holdings=()), served=other) == [
        "recovery-no-certificate",
        "recovery-no-key",
        "recovery-no-keystore",
    ]
