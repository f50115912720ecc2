"""The provider over HTTP: its discovery document, the keys that sign its tokens, and the exchange of a code."""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlsplit

import httpx
import jwt
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from oidc.cached import CachedDocument
from oidc.errors import OidcSettingsWrong, ProviderAway, TokenRefused
from oidc.settings import Algorithm, OidcSettings, is_safe

_DISCOVERY = "/.well-known/openid-configuration"
_LONGEST = 1 << 20
"""Bytes of an answer."""
_TIMEOUT = 10
"""Seconds for an answer, all of it."""
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}
"""What is compressed could be far longer than it looks."""
_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_BASIC, _POST = "client_secret_basic", "client_secret_post"
_Read = TypeVar("_Read", bound=BaseModel)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Metadata(_Answer):
    """The discovery document, as far as it matters here."""

    issuer: str
    jwks_uri: str
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = (_BASIC,)
    code_challenge_methods_supported: tuple[str, ...] | None = None
    authorization_response_iss_parameter_supported: bool = False


class KeySet(_Answer):
    """The provider's public keys (RFC 7517)."""

    keys: tuple[dict[str, Any], ...]

    def one(self, key_id: object, algorithm: Algorithm) -> jwt.PyJWK | None:
        """The key of that id; without an id, the only one that the algorithm takes."""
        fit = [key for key in self.keys if _fits(key, algorithm)]
        named = fit if key_id is None else [key for key in fit if key.get("kid") == key_id]
        if len(named) != 1:
            return None
        try:
            return jwt.PyJWK(named[0], algorithm)
        except jwt.PyJWTError:
            return None


class TokenAnswer(_Answer):
    """What a code is exchanged for. Neither is kept or logged."""

    id_token: SecretStr
    access_token: SecretStr


class Provider:
    """One provider. What it publishes is kept for some minutes."""

    def __init__(self, settings: OidcSettings, issuer: str, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._issuer = issuer
        # a proxy of the environment is taken as elsewhere; to this machine no request goes through one.
        # A redirect is not followed: it would take the code and the secret to the server that it names.
        away = urlsplit(issuer).scheme == "https"
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, verify=settings.trust(), trust_env=away)
        self._metadata = CachedDocument(self._discover, clock)
        self._keys = CachedDocument(self._fetch_keys, clock)

    async def metadata(self) -> Metadata:
        """The discovery document.

        Raises:
            ProviderAway: when it cannot be fetched, or is not that of the issuer.
        """
        return await self._metadata.get()

    async def key(self, key_id: object, algorithm: Algorithm) -> jwt.PyJWK:
        """The public key that a token names; the keys are fetched again for one that is not among them.

        Raises:
            TokenRefused: when the provider has no such key.
            ProviderAway: when its keys cannot be fetched.
        """
        found = (await self._keys.get()).one(key_id, algorithm) or (await self._keys.again()).one(key_id, algorithm)
        if found is None:
            raise TokenRefused(f"the provider has no key for {algorithm} that the token names")
        return found

    async def exchange(self, code: str, verifier: str) -> TokenAnswer:
        """The tokens for a code.

        Raises:
            TokenRefused: when the provider refuses the code.
            ProviderAway: when it does not answer, or the client's secret cannot be read.
        """
        metadata, settings = await self.metadata(), self._settings
        if metadata.token_endpoint is None or settings.client_id is None or settings.redirect_uri is None:
            raise ProviderAway("no log-in for pages: the provider names no token endpoint, or no client is set")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": settings.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        try:
            secret = settings.client_secret()
        except OidcSettingsWrong as error:
            raise ProviderAway(str(error)) from None
        if secret is None:
            form["client_id"] = settings.client_id
        elif _BASIC in metadata.token_endpoint_auth_methods_supported:
            # as RFC 6749, 2.3.1 has it: each part is encoded as in a form before
            pair = f"{quote_plus(settings.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif _POST in metadata.token_endpoint_auth_methods_supported:
            form |= {"client_id": settings.client_id, "client_secret": secret}
        else:
            raise ProviderAway(f"the provider takes the client's secret neither by {_BASIC} nor by {_POST}")
        return _read(TokenAnswer, await self._ask("POST", metadata.token_endpoint, form, headers), "token endpoint")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _discover(self) -> Metadata:
        found = _read(Metadata, await self._ask("GET", self._issuer.rstrip("/") + _DISCOVERY), "discovery document")
        if found.issuer != self._issuer:
            raise ProviderAway(f"the discovery document is that of another issuer, {found.issuer[:200]!r}")
        for address in (found.jwks_uri, found.authorization_endpoint, found.token_endpoint):
            if address is not None and not (is_safe(address) and _no_worse(self._issuer, address)):
                raise ProviderAway(f"the discovery document names an address without TLS: {address[:200]!r}")
        return found

    async def _fetch_keys(self) -> KeySet:
        return _read(KeySet, await self._ask("GET", (await self.metadata()).jwks_uri), "key set")

    async def _ask(
        self, method: str, url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The answer, within bounds of time and size."""
        where = f"the provider's {urlsplit(url).path or '/'}"
        try:
            async with (
                asyncio.timeout(_TIMEOUT),
                self._http.stream(method, url, data=form, headers={**_HEADERS, **(headers or {})}) as answer,
            ):
                body = bytearray()
                async for part in answer.aiter_raw():
                    body += part
                    if len(body) > _LONGEST:
                        raise ProviderAway(f"{where} answers more than {_LONGEST} bytes")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError) as error:
            raise ProviderAway(f"{where} does not answer ({type(error).__name__})") from None
        if answer.status_code == httpx.codes.BAD_REQUEST and form is not None and _error(body) == "invalid_grant":
            raise TokenRefused("the provider does not take the code: it is used, too old, or of another browser")
        if answer.status_code != httpx.codes.OK:
            text = f"{where} answers {answer.status_code}"
            raise ProviderAway(f"{text}, {_error(body)}" if form is not None else text)
        return bytes(body)


def _fits(key: Mapping[str, Any], algorithm: Algorithm) -> bool:
    """Whether a key is one that signs by that algorithm."""
    return (
        key.get("kty") == _KEY_TYPES[algorithm[:2]]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )


def _no_worse(issuer: str, address: str) -> bool:
    """What an issuer over TLS names is over TLS as well."""
    return urlsplit(issuer).scheme == "http" or urlsplit(address).scheme == "https"


def _read(kind: type[_Read], body: bytes, what: str) -> _Read:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, each["loc"])) for each in error.errors(include_input=False)}))
        raise ProviderAway(f"the provider's {what} cannot be read: {fields or 'no JSON'}") from None


def _error(body: bytes | bytearray) -> str:
    """The error of OAuth that an answer names: a code, never the text beside it."""
    try:
        named = json.loads(bytes(body))["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return named[:60] if isinstance(named, str) and named.replace("_", "").isalnum() else ""
