"""How the company's log-in is reached: from the environment (`ROTATOR_OIDC_...`) or from a plain constructor."""

import ssl
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from certificates.secret_file import read_secret_line
from oidc.errors import OidcSettingsWrong
from rotation.identity.identity import Grant
from rotation.identity.log_in import Issuer


class Algorithm(StrEnum):
    """What may sign a token: a private key of the provider, never a secret that it shares, and never nothing."""

    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    EDDSA = "EdDSA"


def _words(given: object) -> object:
    return given.split() if isinstance(given, str) else given


class OidcSettings(BaseSettings):
    """A provider of OpenID Connect: Keycloak, Entra ID and others. Without an issuer there is none."""

    model_config = SettingsConfigDict(env_prefix="ROTATOR_OIDC_", frozen=True)

    issuer: Issuer | None = None
    """`https://login.example.com/realms/company`, letter by letter as the provider's tokens have it."""
    ca: Path | None = None
    """PEM of the authorities that may have signed the provider's own certificate; when it is not set, the system's."""
    client_id: str | None = Field(default=None, min_length=1, max_length=500)
    """For pages: what the provider calls this service."""
    client_secret_file: Path | None = None
    """Read for each log-in. Without one the client is public, and PKCE alone protects the code."""
    redirect_uri: str | None = None
    """For pages: `https://rotator.example.com/v1/login/oidc/callback`, as it is registered at the provider."""
    scopes: str = Field(default="openid profile", pattern=r"^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$")
    audience: str | None = Field(default=None, min_length=1, max_length=500)
    """For programs: what `aud` of their tokens names. Never the client id: ID tokens would open the API."""
    clients: tuple[str, ...] = Field(default=(), max_length=1000)
    """For programs: the client ids, besides `client_id`, to which the provider may have issued their tokens.

    Where one is named, a token that names no client is refused, too.
    """
    algorithms: Annotated[tuple[Algorithm, ...], NoDecode, BeforeValidator(_words), Field(min_length=1)] = (
        Algorithm.RS256,
        Algorithm.ES256,
    )
    roles_claim: str = Field(default="roles", min_length=1)
    """The claim that has groups or roles; `realm_access.roles` looks inside a claim."""
    name_claim: str = Field(default="name", min_length=1)
    """The claim with the name for every trail. Take one that people cannot change by themselves."""
    grants: dict[str, Grant] = Field(default={}, max_length=1000)
    """What each value of the claim gives: `{"sepm-admins": {"roles": ["admin"]}}`; with `sites`, some sites only."""
    link_first: bool = True
    """Whether an admin must link a person before the first log-in.

    Else the first log-in makes an identity, and a person who has a key as well counts as two.
    """
    session: timedelta = Field(default=timedelta(hours=1), ge=timedelta(minutes=1), le=timedelta(hours=8))
    """How long a page stays logged in: the provider is not asked meanwhile."""

    def checked(self) -> "OidcSettings | None":
        """These settings; None where no issuer is set.

        Raises:
            OidcSettingsWrong: when they cannot work.
        """
        if self.issuer is None:
            return None
        url = urlsplit(self.issuer)
        if not is_safe(self.issuer) or url.query or url.fragment:
            raise OidcSettingsWrong(
                "ROTATOR_OIDC_ISSUER is no address such as https://login.example.com/realms/company"
            )
        if (self.client_id is None) != (self.redirect_uri is None):
            raise OidcSettingsWrong("set ROTATOR_OIDC_CLIENT_ID and ROTATOR_OIDC_REDIRECT_URI, or neither")
        if self.client_id is None and self.audience is None:
            raise OidcSettingsWrong("set ROTATOR_OIDC_CLIENT_ID for pages, ROTATOR_OIDC_AUDIENCE for programs, or both")
        if self.audience is not None and self.audience == self.client_id:
            raise OidcSettingsWrong(
                "ROTATOR_OIDC_AUDIENCE is ROTATOR_OIDC_CLIENT_ID: ID tokens, which are for pages, would open the API; "
                "register the API apart at the provider, with an audience of its own"
            )
        if self.redirect_uri is not None and not is_redirect(self.redirect_uri):
            raise OidcSettingsWrong(
                f"ROTATOR_OIDC_REDIRECT_URI is no address such as https://rotator.example.com{CALLBACK}"
            )
        if not self.grants:
            raise OidcSettingsWrong('set ROTATOR_OIDC_GRANTS, e.g. {"sepm-admins": {"roles": ["admin"]}}: else no role')
        self.trust()
        self.client_secret()
        return self

    def trust(self) -> ssl.SSLContext:
        """What the provider's TLS certificate is verified by.

        Raises:
            OidcSettingsWrong: when the file holds no certificate.
        """
        try:
            return ssl.create_default_context(cafile=self.ca)
        except OSError as error:  # ssl.SSLError is one
            raise OidcSettingsWrong(f"ROTATOR_OIDC_CA is no PEM file: {self.ca} ({type(error).__name__})") from None

    def client_secret(self) -> str | None:
        """The client's secret, as it is now; None of a public client.

        Raises:
            OidcSettingsWrong: when its file cannot be read, is empty, or others can read it.
        """
        file = self.client_secret_file
        return None if file is None else read_secret_line(file, "ROTATOR_OIDC_CLIENT_SECRET", OidcSettingsWrong)


CALLBACK = "/v1/login/oidc/callback"
"""The path at which the provider sends a browser back."""


def is_safe(url: str) -> bool:
    """Whether it is an address over TLS, or of this machine: keys and codes go there."""
    try:
        split = urlsplit(url)
        host = split.hostname or ""
        _ = split.port
    except ValueError:
        return False
    if not url.isascii() or not url.isprintable() or " " in url or not host or split.username is not None:
        return False
    return split.scheme == "https" or (split.scheme == "http" and _is_loopback(host))


def is_redirect(url: str) -> bool:
    """Whether it is an address of this API's own callback."""
    split = urlsplit(url)
    return is_safe(url) and split.path.endswith(CALLBACK) and not split.query and not split.fragment


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
