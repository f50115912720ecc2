"""The keystore file for SEPM's wizard: made of a stored certificate, under a new random password."""

import asyncio
import secrets
from dataclasses import dataclass

from pydantic import SecretStr

from certificates.keystores import KeystoreFormat, write_keystore
from certificates.parsed_certificate import ParsedCertificate
from store.certificate.certificates import CertificateMaterial

_PASSWORD_BYTES = 18


@dataclass(frozen=True)
class KeystoreFile:
    """A file, and the one password of file and key."""

    content: bytes
    password: SecretStr


async def make_keystore(material: CertificateMaterial, form: KeystoreFormat) -> KeystoreFile:
    """Certificate, key and chain in one file.

    Raises:
        UnusableCertificateFile: when the key is not kept here, or is no RSA key.
    """
    password = SecretStr(secrets.token_urlsafe(_PASSWORD_BYTES))
    content = await asyncio.to_thread(write_keystore, _parsed(material), form, password)
    return KeystoreFile(content, password)


def _parsed(material: CertificateMaterial) -> ParsedCertificate:
    key = material.key_pem
    return ParsedCertificate(
        facts=material.facts,
        certificate_pem=material.certificate_pem,
        chain_pem=material.chain_pem,
        key_pem=None if key is None else SecretStr(key.get_secret_value().decode()),
    )
