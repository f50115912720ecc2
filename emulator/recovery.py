"""Recovery files: what a server writes beside itself when it gets a certificate, the only way back to it."""

import io
import zipfile
from datetime import datetime

import jks
from cryptography.hazmat.primitives import serialization

from emulator.certificates import Credential
from emulator.site import RecoveryFile

_PASSWORD = "recovery"  # noqa: S105 - of emulated keystores, and told in the file as the real one does


def recovery_file(credential: Credential, domain_id: str, written: datetime) -> RecoveryFile:
    """The recovery file of a certificate: keystore, its password and the id of the default domain."""
    stamp = f"{written:%Y-%m-%d-%H-%M-%S}"
    moment = (written.year, written.month, written.day, written.hour, written.minute, written.second)
    parts = {
        f"keystore_{stamp}.jks": keystore(credential, _PASSWORD),
        f"settings_{stamp}.properties": f"keystorepass={_PASSWORD}\nDomainId={domain_id}\n".encode(),
        "server.crt": credential.certificate_pem,
        "server.key": credential.key_pem,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, moment), content)
    return RecoveryFile(f"recovery_{stamp}.zip", packed.getvalue())


def keystore(credential: Credential, password: str) -> bytes:
    """A JKS keystore with certificate and key."""
    key = credential.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    entry = jks.PrivateKeyEntry.new("tomcat", [credential.der], key, "pkcs8")
    content: bytes = jks.KeyStore.new("jks", [entry]).saves(password)
    return content
