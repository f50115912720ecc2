"""What a token proves: its signature, for whom it is, by whom, until when; and the log-in that it stands for."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

import jwt
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from oidc.errors import TokenRefused
from oidc.grants import grant_of, text_claim
from oidc.provider import Provider
from oidc.settings import Algorithm, OidcSettings
from rotation.identity.log_in import LogIn, Subject
from rotation.identity.name import IdentityName

SKEW = timedelta(seconds=60)
"""How far the provider's clock may be from ours."""
_LONGEST = 16_384
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
_ID_TOKEN, _ACCESS_TOKEN = ("", "jwt"), ("", "jwt", "at+jwt", "application/at+jwt")
"""`typ` of a header (RFC 8725, 3.11; RFC 9068): JWTs for other uses, e.g. of a log-out, are refused."""
_CLIENT = ("azp", "client_id", "appid", "cid")
"""The client to which a token was issued: OpenID Connect, RFC 9068, the first version of Entra ID, Okta."""
_WHY: dict[type[Exception], str] = {
    jwt.InvalidSignatureError: "its signature is not that of the provider",
    jwt.InvalidAudienceError: "it is for another audience (aud)",
    jwt.InvalidIssuerError: "it is of another issuer (iss)",
    jwt.MissingRequiredClaimError: "it lacks one of iss, sub, aud, exp, iat",
}
_NAME: TypeAdapter[str] = TypeAdapter(IdentityName)
_Seconds = Annotated[float, Field(allow_inf_nan=False)]


class Claims(BaseModel):
    """Claims of a token whose signature is right. Other ones are kept as they are."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    iss: str
    sub: Subject
    aud: str | list[str]
    exp: _Seconds
    iat: _Seconds
    nbf: _Seconds | None = None
    azp: str | None = None
    nonce: str | None = None
    at_hash: str | None = None
    c_hash: str | None = None
    cnf: object = None


class Tokens:
    """Judges tokens of one provider."""

    def __init__(self, settings: OidcSettings, provider: Provider, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._provider = provider
        self._clock = clock

    async def bearer(self, token: str) -> LogIn:
        """The log-in of a program, by an access token that is a JWT for this API.

        Raises:
            TokenRefused: when it is not accepted.
            NoRole: when it gives no role here.
            ProviderAway: when the provider's keys cannot be fetched.
        """
        if self._settings.audience is None:
            raise TokenRefused("no tokens are taken here: ROTATOR_OIDC_AUDIENCE is not set")
        claims, _ = await self._proven(token, self._settings.audience, _ACCESS_TOKEN)
        if claims.at_hash is not None or claims.c_hash is not None:
            raise TokenRefused("it is an ID token, which is for pages")
        if claims.cnf is not None:
            raise TokenRefused("it is bound to a key of its holder (cnf), of which nothing is proven here")
        self._require_client(claims)
        return self._log_in(claims)

    async def id_token(self, token: str, nonce: str, access_token: str) -> LogIn:
        """The log-in of a person, by the ID token of a code that this service has asked for with that nonce.

        Raises:
            As `bearer`.
        """
        client = self._settings.client_id or ""
        claims, algorithm = await self._proven(token, client, _ID_TOKEN)
        if claims.nonce is None or not hmac.compare_digest(claims.nonce.encode(), nonce.encode()):
            raise TokenRefused("its nonce is not the one that was sent")
        if (isinstance(claims.aud, list) and len(claims.aud) > 1 and claims.azp is None) or (
            claims.azp is not None and claims.azp != client
        ):
            raise TokenRefused("it was issued for another client (azp)")
        if claims.at_hash is not None and not hmac.compare_digest(
            claims.at_hash.encode(), access_token_hash(access_token, algorithm).encode()
        ):
            raise TokenRefused("its at_hash is not that of the access token")
        return self._log_in(claims)

    async def _proven(self, token: str, audience: str, kinds: tuple[str, ...]) -> tuple[Claims, Algorithm]:
        """The claims, after every check that both kinds of token have in common."""
        if len(token) > _LONGEST:
            raise TokenRefused(f"it is longer than {_LONGEST} characters")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise TokenRefused("it is no JWT") from None
        if str(header.get("typ") or "").lower() not in kinds:
            raise TokenRefused("it is a JWT for another use (typ)")
        algorithm = next((each for each in self._settings.algorithms if each == header.get("alg")), None)
        if algorithm is None:
            raise TokenRefused("its algorithm is not among those that are set")
        key = await self._provider.key(header.get("kid"), algorithm)
        try:
            decoded = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=audience,
                issuer=self._settings.issuer,
                # times are compared below, with the clock of the service
                options={
                    "require": ["iss", "sub", "aud", "exp", "iat"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                    "enforce_minimum_key_length": True,
                },
            )
            claims = Claims.model_validate(decoded)
        except (jwt.PyJWTError, ValidationError, ValueError, TypeError, RecursionError) as error:
            # the kind of error alone: its text may have parts of the token
            why = _WHY.get(type(error), f"it does not hold ({type(error).__name__})")
            raise TokenRefused(why) from None
        self._require_now(claims)
        return claims, algorithm

    def _require_client(self, claims: Claims) -> None:
        """Else any program that gets a person's token for this audience would act as that person."""
        every, known = claims.model_dump(), {self._settings.client_id, *self._settings.clients}
        issued_to = [every[name] for name in _CLIENT if every.get(name) is not None]
        if not all(isinstance(client, str) and client in known for client in issued_to):
            raise TokenRefused("it was issued to a client that is not set (azp; ROTATOR_OIDC_CLIENTS)")
        if self._settings.clients and not issued_to:
            raise TokenRefused("it names no client to which it was issued (azp)")

    def _require_now(self, claims: Claims) -> None:
        now, skew = self._clock().timestamp(), SKEW.total_seconds()
        if now >= claims.exp + skew:
            raise TokenRefused("it has expired")
        if now < claims.iat - skew or (claims.nbf is not None and now < claims.nbf - skew):
            raise TokenRefused("it is of the future: it does not count yet, or the clocks differ")

    def _log_in(self, claims: Claims) -> LogIn:
        every = claims.model_dump()
        for name in (text_claim(every, self._settings.name_claim), claims.sub):
            try:
                readable = _NAME.validate_python(name)
            except ValidationError:
                continue
            return LogIn(issuer=claims.iss, subject=claims.sub, name=readable, grant=grant_of(every, self._settings))
        raise TokenRefused(f"neither its claim {self._settings.name_claim} nor its subject is a name")


def access_token_hash(access_token: str, algorithm: Algorithm) -> str:
    """`at_hash` (OpenID Connect Core, 3.1.3.6): the left half of the token's hash, by that of the signature."""
    hashed = _HASHES.get(algorithm[2:], hashlib.sha512)(access_token.encode()).digest()
    return base64.urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode()
