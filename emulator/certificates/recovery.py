"""Recovery files: what a server writes beside itself when it gets a certificate, the only way back to it."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import jks
from cryptography.hazmat.primitives import serialization

from emulator.certificates.certificates import Credential
from emulator.instants import to_ms

_PASSWORD = "recovery"  # noqa: S105 - of emulated keystores, and written in the file as the real one does
_PROTECTED_BY_SUN = bytes.fromhex("300e060a2b060104012a021101010500")
"""The algorithm of a keystore's private keys, in DER: 1.3.6.1.4.1.42.2.17.1.1."""


@dataclass(frozen=True)
class RecoveryFile:
    """The recovery file of a certificate: keystore, its password and the id of the default domain.

    It is packed at its first read, and always the same.
    """

    credential: Credential
    domain_id: str
    written: datetime
    """By the clock of the server that wrote it."""

    @property
    def filename(self) -> str:
        """Its name: the newest has the newest time."""
        return f"recovery_{self._stamp}.zip"

    @cached_property
    def content(self) -> bytes:
        """The file itself."""
        written = self.written
        moment = (written.year, written.month, written.day, written.hour, written.minute, written.second)
        parts = {
            f"keystore_{self._stamp}.jks": keystore(self.credential, _PASSWORD, written),
            f"settings_{self._stamp}.properties": f"keystorepass={_PASSWORD}\nDomainId={self.domain_id}\n".encode(),
            "server.crt": self.credential.certificate_pem,
            "server.key": self.credential.key_pem,
        }
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(zipfile.ZipInfo(name, moment), content)
        return packed.getvalue()

    @property
    def _stamp(self) -> str:
        return f"{self.written:%Y-%m-%d-%H-%M-%S}"


def keystore(credential: Credential, password: str, written: datetime) -> bytes:
    """A JKS keystore with certificate and key."""
    entry = jks.PrivateKeyEntry(
        alias="tomcat",
        timestamp=to_ms(written),
        cert_chain=[("X.509", credential.der)],
        encrypted=_protected_key(credential, password),
    )
    content: bytes = jks.KeyStore("jks", {"tomcat": entry}).saves(password)
    return content


def _protected_key(credential: Credential, password: str) -> bytes:
    """The private key as a keystore holds it. pyjks would draw a new salt each time: no two runs would be equal."""
    key = credential.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    secret = password.encode("utf-16be")
    salt = hashlib.sha1(credential.der, usedforsecurity=False).digest()
    stream = bytearray()
    block = salt
    while len(stream) < len(key):
        block = hashlib.sha1(secret + block, usedforsecurity=False).digest()
        stream += block
    hidden = bytes(plain ^ mask for plain, mask in zip(key, stream, strict=False))
    check = hashlib.sha1(secret + key, usedforsecurity=False).digest()
    return _der(0x30, _PROTECTED_BY_SUN + _der(0x04, salt + hidden + check))


def _der(tag: int, content: bytes) -> bytes:
    # what is wrapped here is longer than 255 bytes and shorter than 65536
    return bytes((tag, 0x82)) + len(content).to_bytes(2, "big") + content
