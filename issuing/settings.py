"""How the certificate authority is reached: from the environment (`ROTATOR_ACME_...`) or from a plain constructor."""

import re
import ssl
from base64 import b64decode
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import dns.exception
import dns.tsig
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from certificates.secret_file import read_secret_line
from issuing.errors import IssuerSettingsWrong

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")


class DnsSettings(BaseSettings):
    """The DNS server that takes signed updates (RFC 2136, TSIG). Without one no name can be proven here."""

    model_config = SettingsConfigDict(env_prefix="ROTATOR_ACME_DNS_", frozen=True)

    server: str | None = None
    """Address of the primary server: `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]`."""
    tsig_name: str | None = None
    tsig_key: SecretStr | None = None
    """Base64, as `tsig-keygen` and `keymgr -t` print it."""
    tsig_key_file: Path | None = None
    """Read before each update."""
    tsig_algorithm: str = Field(default="hmac-sha256", pattern=r"^hmac-sha(224|256|384|512)$")
    settle: timedelta = Field(default=timedelta(seconds=30), ge=timedelta(0), le=timedelta(hours=6))
    """How long secondaries may take: the authority is asked to look that much later."""

    @property
    def address(self) -> tuple[str, int]:
        """Address and port of the server.

        Raises:
            IssuerSettingsWrong: when it is none.
        """
        try:
            split = urlsplit(f"//{self.server}")
            return str(ip_address(split.hostname or "")), split.port or 53
        except ValueError:
            raise IssuerSettingsWrong(
                "ROTATOR_ACME_DNS_SERVER is no address such as 192.0.2.53 or [2001:db8::53]:53"
            ) from None

    def key(self) -> dns.tsig.Key:
        """The key that signs updates, as it is now.

        Raises:
            IssuerSettingsWrong: when there is none, or it cannot be read.
        """
        secret = current(self.tsig_key, self.tsig_key_file, "ROTATOR_ACME_DNS_TSIG_KEY")
        if not self.tsig_name:
            raise IssuerSettingsWrong("set ROTATOR_ACME_DNS_TSIG_NAME, the name of the key that signs updates")
        try:
            return dns.tsig.Key(self.tsig_name, b64decode(secret, validate=True), self.tsig_algorithm)
        except (ValueError, dns.exception.DNSException):
            raise IssuerSettingsWrong("ROTATOR_ACME_DNS_TSIG_KEY is no base64, or its name is no name") from None


class AcmeSettings(BaseSettings):
    """An ACME server (RFC 8555): step-ca, Vault, OpenBao, EJBCA and others. Without a directory there is none."""

    model_config = SettingsConfigDict(env_prefix="ROTATOR_ACME_", frozen=True)

    directory: str | None = None
    """`https://ca.example/acme/acme/directory`."""
    ca: Path | None = None
    """PEM of the authorities that may have signed the server's own certificate; when it is not set, the system's."""
    contact: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    """Where the authority may write to."""
    eab_kid: str | None = None
    """External account binding: the id that the authority has given out."""
    eab_key: SecretStr | None = None
    """And its key, base64url."""
    eab_key_file: Path | None = None
    patience: timedelta = Field(default=timedelta(days=1), ge=timedelta(minutes=1), le=timedelta(days=30))
    """How long an order may take, outages of the authority included."""
    dns: DnsSettings = Field(default_factory=DnsSettings)

    def where(self) -> str | None:
        """The directory's address; None when no authority is set.

        Raises:
            IssuerSettingsWrong: when it is no address, or what belongs to it is incomplete.
        """
        if not self.directory:
            return None
        url = urlsplit(self.directory)
        if url.scheme != "https" or not url.hostname or url.username:
            raise IssuerSettingsWrong("ROTATOR_ACME_DIRECTORY is no address such as https://ca.example/acme/directory")
        if (self.eab_kid is None) == bool(self.eab_key or self.eab_key_file):
            raise IssuerSettingsWrong(
                "set ROTATOR_ACME_EAB_KID and one of ROTATOR_ACME_EAB_KEY_FILE and ROTATOR_ACME_EAB_KEY"
            )
        if self.dns.server is not None:
            _ = self.dns.address
        return self.directory

    def trust(self) -> str | bool:
        """What its TLS certificate is verified by.

        Raises:
            IssuerSettingsWrong: when the file holds no certificate.
        """
        if self.ca is None:
            found = ssl.get_default_verify_paths()
            return found.cafile or found.capath or True
        try:
            ssl.create_default_context(cafile=self.ca)
        except OSError as error:
            raise IssuerSettingsWrong(
                f"no certificate can be read from {self.ca} ({type(error).__name__}); ROTATOR_ACME_CA names a PEM file"
            ) from None
        return str(self.ca)

    def binding(self) -> tuple[str, str] | None:
        """Id and key of the external account, as they are now; None where there is none.

        Raises:
            IssuerSettingsWrong: when its file cannot be read.
        """
        if self.eab_kid is None:
            return None
        secret = current(self.eab_key, self.eab_key_file, "ROTATOR_ACME_EAB_KEY")
        if not _BASE64URL.fullmatch(secret):
            raise IssuerSettingsWrong("ROTATOR_ACME_EAB_KEY is no base64url")
        return self.eab_kid, secret


def current(value: SecretStr | None, file: Path | None, name: str) -> str:
    """A secret from the environment or its file, for one use.

    Raises:
        IssuerSettingsWrong: when not exactly one is set, or the file cannot be read or is empty.
    """
    if (value is None) == (file is None):
        raise IssuerSettingsWrong(f"set one of {name}_FILE and {name}")
    if file is None:
        return value.get_secret_value() if value else ""
    return read_secret_line(file, name, IssuerSettingsWrong)
