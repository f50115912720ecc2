"""Certificates as they are sent and shown: a key may come in, and never goes out."""

from datetime import timedelta
from typing import Annotated

from pydantic import Base64Bytes, ConfigDict, Field, SecretStr, model_validator

from api.manners.paging import PageShown
from rotation.bounds import Text
from rotation.certificate import CertificateFacts
from rotation.finding import Finding
from rotation.values import ServerName, SiteId, Value
from store.keys.destroyed import DestroyedKey

_LARGEST = 2 << 20

Name = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9*._:-]+$")]
"""A host name or an address, in ASCII as it goes into a certificate."""


class CertificateDocument(Value):
    """A certificate file with its key. The service recognizes the format by the content."""

    model_config = ConfigDict(hide_input_in_errors=True)

    pem: SecretStr | None = Field(default=None, max_length=_LARGEST, description="Certificate, issuers and key")
    pkcs12_base64: Base64Bytes | None = Field(default=None, repr=False)
    jks_base64: Base64Bytes | None = Field(default=None, repr=False)
    file_base64: Base64Bytes | None = Field(
        default=None, repr=False, description="PEM, DER, PKCS#7, PKCS#12 or JKS, in any encoding of its text"
    )
    key_base64: Base64Bytes | None = Field(
        default=None, repr=False, description="The private key, PEM or DER, where it is a file of its own"
    )
    chain_base64: Base64Bytes | None = Field(
        default=None, repr=False, description="The issuers, PEM, DER or PKCS#7, where they are a file of their own"
    )
    password: SecretStr | None = Field(default=None, max_length=1000, description="Of the files and of the key in them")

    @model_validator(mode="after")
    def _one_file(self) -> "CertificateDocument":
        if sum(given is not None for given in self._files()) != 1:
            raise ValueError("give exactly one of file_base64, pem, pkcs12_base64 and jks_base64")
        return self

    def content(self) -> bytes:
        """The bytes of the file."""
        return next(given for given in self._files() if given is not None)

    def _files(self) -> tuple[bytes | None, ...]:
        pem = None if self.pem is None else self.pem.get_secret_value().encode()
        return pem, self.pkcs12_base64, self.jks_base64, self.file_base64


class CertificateToCheck(CertificateDocument):
    """A certificate file, and where its certificate is meant to go."""

    site: Annotated[SiteId, Text] | None = None
    server: Annotated[ServerName, Text] | None = Field(
        default=None, description="With `site`: names, keys and other servers count too"
    )
    days: int = Field(
        default=0, strict=True, ge=0, le=3650, description="How long it must live on: the plan and its holdout"
    )

    @model_validator(mode="after")
    def _whole_place(self) -> "CertificateToCheck":
        if (self.site is None) != (self.server is None):
            raise ValueError("give both site and server, or neither")
        return self

    @property
    def needed(self) -> timedelta:
        """How long it must live from now."""
        return timedelta(days=self.days)


class CertificateChecked(Value):
    """What stands against a certificate, and what to think over. Nothing of it is kept."""

    fit: bool
    """Whether no finding is blocking."""
    certificate: CertificateFacts
    findings: tuple[Finding, ...]


class SelfSignedDocument(Value):
    """What a new self-signed certificate is for."""

    names: tuple[Name, ...] = Field(min_length=1, max_length=100, description="The first one is the subject too")
    days: int = Field(default=3650, strict=True, ge=1, le=3650, description="How long it is valid from now")
    site: Annotated[SiteId, Text] | None = Field(
        default=None,
        description="The site that it is for: it is valid from when the first certificate of its servers began",
    )

    @property
    def valid_for(self) -> timedelta:
        """How long it is valid."""
        return timedelta(days=self.days)


class CertificateShown(Value):
    """A certificate that is kept, and what to think over before it goes into a server."""

    certificate: CertificateFacts
    findings: tuple[Finding, ...] = ()
    key_destroyed: DestroyedKey | None = Field(default=None, description="Who had its private key destroyed, and why")


class CertificateList(PageShown[CertificateFacts]):
    """A page of the certificates that are kept, the newest first."""
