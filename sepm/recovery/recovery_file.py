"""Reading recovery files (recovery_<timestamp>.zip): what lies in one, without key and password."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr

from certificates.certificate_formats import Contents, read_contents
from certificates.errors import UnusableCertificateFile
from certificates.java_keystore import is_java_keystore
from certificates.parsed_certificate import UNREADABLE, facts_of
from rotation.recovery.file import HeldCertificate, Holding, RecoveryFile, UnreadFile
from rotation.values import CertificateId, Fingerprint
from sepm.errors import UnusableRecoveryFile
from sepm.recovery.recovery_archive import Member, unpack
from sepm.recovery.recovery_settings import read_settings, text_of

_DER = b"\x30\x82"
_PEM, _PEM_KEY = b"-----BEGIN ", b" PRIVATE KEY-----"
_MOST_PARTS = 200
_MOST_CERTIFICATES = 100
_MOST_KEYS = 4  # to prove one of 8192 bits good takes some seconds


def read_recovery_file(content: bytes, name: str, password: SecretStr | None = None) -> RecoveryFile:
    """What a recovery file holds. Its files are recognised by their content, so that other layouts are read too.

    1. unpack it in memory (`sepm/recovery/recovery_archive.py`)
    2. read its texts for the keystores' password and the id of the default domain
    3. open each keystore, certificate and key; what cannot be opened is named with the reason
    4. keep of the keys what tells whose they are, and of the password that it was there

    Args:
        content: the archive.
        name: its name, for errors and findings.
        password: of its keystores, where it does not tell it.

    Raises:
        UnusableRecoveryFile: when it is no sound archive, or holds more than a recovery file ever does.
    """
    members = unpack(content, name)
    texts = {member.name: text for member in members if (text := _text(member)) is not None}
    settings = read_settings(texts.values())
    passwords = settings.passwords if password is None else (password.get_secret_value(),)
    _worth_reading(members, name)
    holdings: list[Holding] = []
    unread: list[UnreadFile] = []
    unknown: list[str] = []
    for member in members:
        if not _is_material(member):
            if member.name not in texts:
                unknown.append(member.name)
            continue
        try:
            holdings.append(_holding(member, _opened(member, passwords)))
        except UnusableCertificateFile as error:
            unread.append(UnreadFile(member=member.name, why=error.what, remedy=error.remedy))
        _bounded(holdings, name)
    return RecoveryFile(
        name=name,
        sha256=Fingerprint(hashlib.sha256(content).hexdigest()),
        size=len(content),
        members=tuple(member.name for member in members),
        holdings=tuple(holdings),
        unread=tuple(unread),
        unknown=tuple(unknown),
        tells_password=bool(settings.passwords),
        domain_ids=settings.domain_ids,
    )


def _is_material(member: Member) -> bool:
    return is_java_keystore(member.content) or _PEM in member.content or member.content.startswith(_DER)


def _text(member: Member) -> str | None:
    return None if is_java_keystore(member.content) else text_of(member.content)


def _opened(member: Member, passwords: tuple[str, ...]) -> Contents:
    """What lies in a file of certificates or keys.

    Nothing is opened whose password costs work: how much, the file itself would say.

    Raises:
        UnusableCertificateFile: with what is wrong.
    """
    if not is_java_keystore(member.content):
        if member.content.startswith(_DER):
            return _der(member)
        return read_contents(member.content, member.name, None)
    for password in passwords[:-1]:
        with suppress(UnusableCertificateFile):
            return read_contents(member.content, member.name, password)
    return read_contents(member.content, member.name, passwords[-1] if passwords else None)


def _der(member: Member) -> Contents:
    try:
        return Contents([x509.load_der_x509_certificate(member.content)])
    except UNREADABLE as error:
        raise UnusableCertificateFile(
            member.name,
            "is neither a certificate nor a JKS keystore; PKCS#12 files and lone keys in DER are not opened here",
            "unpack it on a safe machine and read it with rotator certificate check",
        ) from error


def _holding(member: Member, contents: Contents) -> Holding:
    try:
        return Holding(
            member=member.name,
            is_keystore=is_java_keystore(member.content),
            certificates=tuple(_held(each) for each in contents.certificates),
            keys=tuple(_public(each) for each in contents.keys),
        )
    except UNREADABLE as error:
        raise UnusableCertificateFile(
            member.name, "holds a certificate or key that cannot be understood", "take another copy"
        ) from error


def _held(certificate: x509.Certificate) -> HeldCertificate:
    facts = facts_of(certificate, CertificateId(""), has_key=False)
    values = {name: getattr(facts, name) for name in HeldCertificate.model_fields}
    # the packer of the archive may have made the certificate as well, and a name is printed on a terminal
    return HeldCertificate(**values | {name: _printable(values[name]) for name in ("subject", "issuer", "common_name")})


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _public(key: PrivateKeyTypes) -> Fingerprint:
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Fingerprint(hashlib.sha256(spki).hexdigest())


def _worth_reading(members: Iterable[Member], name: str) -> None:
    """Before anything costs time."""
    parts = sum(member.content.count(_PEM) for member in members)
    keys = sum(member.content.count(_PEM_KEY) for member in members) // 2
    if parts > _MOST_PARTS or keys > _MOST_KEYS:
        raise _too_many(name)


def _bounded(holdings: Iterable[Holding], name: str) -> None:
    certificates = sum(len(holding.certificates) for holding in holdings)
    keys = sum(len(holding.keys) for holding in holdings)
    if certificates > _MOST_CERTIFICATES or keys > _MOST_KEYS:
        raise _too_many(name)


def _too_many(name: str) -> UnusableRecoveryFile:
    return UnusableRecoveryFile(
        name, "holds more certificates or keys than a recovery file has", "give the recovery file of one server"
    )
