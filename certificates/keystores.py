"""Writing a certificate with its key in the formats that SEPM's console takes."""

from enum import StrEnum

import jks
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES, serialize_key_and_certificates
from pydantic import SecretStr

from certificates.errors import UnusableCertificateFile
from certificates.parsed_certificate import ParsedCertificate


class KeystoreFormat(StrEnum):
    """Formats of SEPM's certificate wizard."""

    JKS = "jks"
    PKCS12 = "p12"
    PEM = "pem"
    """Certificate, issuers and encrypted key, one after the other."""


_ALIAS = "tomcat"  # the name that Tomcat's and SEPM's own keystores use


def write_keystore(parsed: ParsedCertificate, form: KeystoreFormat, password: SecretStr) -> bytes:
    """A file with certificate, key and chain, under one password.

    Raises:
        UnusableCertificateFile: when there is no RSA key.
    """
    return {KeystoreFormat.JKS: to_jks, KeystoreFormat.PKCS12: to_pkcs12, KeystoreFormat.PEM: to_pem}[form](
        parsed, password
    )


def to_pkcs12(parsed: ParsedCertificate, password: SecretStr, *, for_old_java: bool = False) -> bytes:
    """A PKCS#12 file.

    Args:
        parsed: what goes in.
        password: of the file.
        for_old_java: encrypt with 3DES and SHA-1. Java before 8u301 reads nothing newer, and which Java a SEPM
            carries depends on its version; AES-256 (the default) is the better protection.

    Raises:
        UnusableCertificateFile: when there is no key.
    """
    encryption: KeySerializationEncryption = BestAvailableEncryption(_secret(password))
    if for_old_java:
        encryption = (
            PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(50_000)
            .key_cert_algorithm(PBES.PBESv1SHA1And3KeyTripleDESCBC)
            .hmac_hash(hashes.SHA1())  # noqa: S303 - the old format has no other
            .build(_secret(password))
        )
    certificate = x509.load_pem_x509_certificate(parsed.certificate_pem.encode())
    return serialize_key_and_certificates(
        _ALIAS.encode(), _key(parsed), certificate, _issuers(parsed) or None, encryption
    )


def to_jks(parsed: ParsedCertificate, password: SecretStr) -> bytes:
    """A JKS keystore; store and key have the same password, because SEPM asks for one.

    Raises:
        UnusableCertificateFile: when there is no key.
    """
    chain = [x509.load_pem_x509_certificate(parsed.certificate_pem.encode()), *_issuers(parsed)]
    encoded = [certificate.public_bytes(Encoding.DER) for certificate in chain]
    key = _key(parsed).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    entry = jks.PrivateKeyEntry.new(_ALIAS, encoded, key, "pkcs8")
    _secret(password)
    store: bytes = jks.KeyStore.new("jks", [entry]).saves(password.get_secret_value())
    return store


def to_pem(parsed: ParsedCertificate, password: SecretStr | None = None) -> bytes:
    """Certificate, issuers and key in one PEM file; the key is encrypted where a password is given.

    Raises:
        UnusableCertificateFile: when there is no key.
    """
    encryption = NoEncryption() if password is None else BestAvailableEncryption(_secret(password))
    key = _key(parsed).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    return f"{parsed.certificate_pem}{parsed.chain_pem}".encode() + key


def _secret(password: SecretStr) -> bytes:
    if not password.get_secret_value():
        raise ValueError("a file with a private key needs a password")
    return password.get_secret_value().encode()


def _issuers(parsed: ParsedCertificate) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(parsed.chain_pem.encode()) if parsed.chain_pem else []


def _key(parsed: ParsedCertificate) -> RSAPrivateKey:
    if parsed.key_pem is None:
        raise UnusableCertificateFile(
            parsed.facts.subject, "its private key is not kept here", "give a file that holds the key too"
        )
    key = load_pem_private_key(
        parsed.key_pem.get_secret_value().encode(),
        None,
        unsafe_skip_rsa_key_validation=True,  # sepm.private_key has looked at it
    )
    if not isinstance(key, RSAPrivateKey):
        raise UnusableCertificateFile(parsed.facts.subject, "its key is no RSA key", "use RSA: SEPM takes no other")
    return key
