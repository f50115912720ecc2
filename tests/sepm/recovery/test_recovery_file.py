"""What is read in a recovery file: SEPM's layout, others, and what is missing or wrong in it."""

import hashlib

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from emulator.certificates.certificates import self_signed
from rotation.recovery.check import examine
from sepm.errors import UnusableRecoveryFile
from sepm.recovery.recovery_file import read_recovery_file
from tests.sepm.recovery.packing import DOMAIN, NAME, PASSWORD, WRITTEN, credential, member, pack, parts

SHUT = {"recovery-no-keystore", "recovery-unread", "recovery-domain-unknown"}
KEYSTORE, SETTINGS = member(".jks")[0], member(".properties")[0]


def read(files, password=None):
    """What is read in an archive of these files."""
    return read_recovery_file(pack(files), NAME, password)


def codes(files, password=None):
    """What is found of it, but what only informs."""
    return {each.code for each in examine(read(files, password), now=WRITTEN) if each.severity != "info"}


def changed(**files):
    """SEPM's files, with those that end so changed; None takes one out."""
    made = dict(parts())
    for ending, content in files.items():
        name = next(name for name in parts() if name.endswith(ending))
        if content is None:
            del made[name]
        else:
            made[name] = content
    return made


def test_what_sepm_writes_is_read():
    """Certificate, dates, key, domain and SHA-256, and nothing stands against it."""
    packed = pack(parts())
    file = read_recovery_file(packed, NAME)
    assert (file.sha256, file.size) == (hashlib.sha256(packed).hexdigest(), len(packed))
    held = file.certificate
    assert held is not None
    assert held.fingerprint == hashlib.sha256(credential().der).hexdigest()
    assert (held.subject, held.names) == ("CN=sepm.example", ("sepm.example",))
    assert held.not_before < WRITTEN < held.not_after
    assert (file.key_matches, file.tells_password, file.domain_ids) == (True, True, (DOMAIN,))
    assert [holding.member for holding in file.holdings if holding.is_keystore] == [KEYSTORE]
    assert codes(parts()) == set()


def test_no_secret_leaks():
    """Neither password nor key is in the file's repr, its JSON, its findings or an error."""
    key = "".join(member("server.key")[1].decode().splitlines()[1:3])
    locked = changed(properties=b"keystorepass=very-secret\nDomainId=" + DOMAIN.encode())
    for files in (parts(), locked):
        file = read(files)
        text = repr(file) + file.model_dump_json() + repr(examine(file, now=WRITTEN))
        for secret in (PASSWORD + "\n", "very-secret", key[:40], "PRIVATE KEY"):
            assert secret not in text
    with pytest.raises(UnusableRecoveryFile) as caught:
        read({**parts(), **{f"{n}.key": member("server.key")[1] for n in range(9)}})
    assert key[:40] not in repr(caught.value)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"jks": None}, {"recovery-no-keystore"}),
        ({"properties": None}, {*SHUT, "recovery-no-password"}),
        ({"crt": None, "key": None}, set()),
        ({"jks": None, "key": None}, {"recovery-no-keystore", "recovery-no-key"}),
        ({"jks": None, "crt": None}, {"recovery-no-keystore", "recovery-no-certificate"}),
        ({"crt": member("server.crt", 1)[1], "key": None}, {"recovery-several-certificates"}),
        ({"crt": None, "key": member("server.key", 1)[1]}, {"recovery-key-of-another"}),
        ({"jks": None, "key": member("server.key", 1)[1]}, {"recovery-no-keystore", "recovery-key-of-another"}),
        ({"jks": member(".jks")[1][:-30]}, {"recovery-no-keystore", "recovery-unread"}),
        ({"crt": member("server.crt")[1][:-60] + b"-----END CERTIFICATE-----"}, {"recovery-unread"}),
        ({"properties": b"keystorepass=wrong\n"}, SHUT),
    ],
)
def test_missing_or_wrong_parts_are_named(files, found):
    """Each has a code of its own; what is there is read all the same."""
    assert codes(changed(**files)) == found


@pytest.mark.parametrize(
    "settings",
    [
        f"DomainId={DOMAIN}\r\nkeystorepass={PASSWORD}\r\n",
        f"scm.default.domain.id : {DOMAIN.lower()}\nscm.keystore.password : {PASSWORD}",
        f'<Server domainId="{DOMAIN}"><Connector keystorePass="{PASSWORD}" port="8443"/></Server>',
        f"keystorepass=re\\u0063overy\ndomain-id={DOMAIN}",
    ],
    ids=["properties", "other names", "server.xml", "escaped"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_other_words_are_understood(settings, encoding):
    """Password and domain as other versions may write them, in files of other names and encodings."""
    files = {"backup/keys.bin": member(".jks")[1], "backup/settings.txt": settings.encode(encoding)}
    assert codes(files) == set()
    assert read(files).domain_ids == (DOMAIN,)


def test_a_password_may_be_given():
    """Where the archive does not hold it; a wrong one is reported as wrong."""
    files = {"keystore.jks": member(".jks")[1]}
    assert codes(files, SecretStr(PASSWORD)) == {"recovery-no-password", "recovery-domain-unknown"}
    (unread,) = read(files, SecretStr("wrong")).unread
    assert "this password does not open" in unread.why


def test_different_domains_are_all_shown():
    """Which one is the default is unknown."""
    file = read({**parts(), "other.properties": b"DomainId=" + DOMAIN[::-1].encode()})
    assert set(file.domain_ids) == {DOMAIN, DOMAIN[::-1]}
    assert "recovery-domain-unknown" in codes({**parts(), "o.properties": b"DomainId=" + DOMAIN[::-1].encode()})


def test_what_is_of_no_kind_known_is_named():
    """Files from which nothing is concluded are listed, and do no harm."""
    file = read({**parts(), "license.slf": b"\x00\x01\x02", "readme.txt": b"hello"})
    assert file.unknown == ("license.slf",)
    assert codes({**parts(), "license.slf": b"\x00\x01\x02"}) == set()


def test_what_costs_work_to_open_is_left_shut():
    """The file itself states how often a password is hashed: encrypted keys and the like are only named."""
    key = credential().key
    shut = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"recovery"))
    lone = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    file = read({**parts(), "shut.key": shut, "lone.der": lone})
    assert {each.member for each in file.unread} == {"shut.key", "lone.der"}
    assert file.key_matches


@pytest.mark.parametrize(
    "extra",
    [
        {f"{n}.key": member("server.key")[1] for n in range(5)},
        {f"{n}.crt": member("server.crt")[1] * 20 for n in range(11)},
        {"begins.crt": b"-----BEGIN A-----\n" * 300},
    ],
    ids=["keys", "certificates", "beginnings"],
)
def test_more_than_a_recovery_file_has_is_refused(extra):
    """Each of them would cost time."""
    with pytest.raises(UnusableRecoveryFile, match="more certificates or keys"):
        read({**parts(), **extra})


def test_a_certificate_cannot_write_to_the_terminal():
    """What it says of itself is shown as letters, and never obeyed."""
    made = self_signed(credential().key, "sepm\x1b[2J", WRITTEN)
    file = read({"server.crt": made.certificate_pem})
    assert file.certificate.subject == "CN=sepm?[2J"
    assert "\x1b" not in file.certificate.common_name + file.certificate.issuer


def test_a_keystore_that_java_made_is_read(keytool, tmp_path):
    """As SEPM, a Java program, makes its own."""
    made = tmp_path / "keystore.jks"
    keytool(
        *("-genkeypair", "-alias", "tomcat", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=sepm"),
        *("-validity", "90", "-storetype", "JKS", "-keystore", made, "-storepass", PASSWORD, "-keypass", PASSWORD),
    )
    file = read({KEYSTORE: made.read_bytes(), SETTINGS: parts()[SETTINGS]})
    assert (file.certificate.subject, file.key_matches) == ("CN=sepm", True)
