"""A provider of OpenID Connect that signs what a test wants, over HTTP: good tokens, forged ones, and odd documents."""

import base64
import hashlib
import hmac
import json
import secrets
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from emulator.serving.http_server import HttpServer
from oidc.settings import CALLBACK, Algorithm, OidcSettings
from oidc.tokens import access_token_hash
from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from rotation.values import SiteId

CLIENT, SECRET, AUDIENCE = "rotator pages", "s3cret & more", "api://rotator"
REDIRECT = f"http://127.0.0.1:8080{CALLBACK}"
SUBJECT, NAME, ROLE = "00u1f2", "Ann Admin", "sepm-admins"
GRANTS = {
    ROLE: Grant(roles=(Role.ADMIN,)),
    "vienna": Grant(roles=(Role.OPERATOR,), sites=(SiteId("vienna"),)),
    "looks": Grant(roles=(Role.VIEWER,)),
    "brno": Grant(roles=(Role.APPROVER,), sites=(SiteId("brno"), SiteId("vienna"))),
    "robots": Grant(roles=(Role.ROBOT,)),
}
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WEAK = rsa.generate_private_key(public_exponent=65537, key_size=1024)
P256 = ec.generate_private_key(ec.SECP256R1())
_AN_HOUR = 3600


def public(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, kid: str | None = None, **more: Any) -> dict[str, Any]:
    """A key as the provider publishes it."""
    if isinstance(key, rsa.RSAPrivateKey):
        shown = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        shown = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**shown, **({"kid": kid} if kid else {}), **more}


def pem(key: rsa.RSAPrivateKey) -> bytes:
    """A public key as a forger uses it: as if it were a secret that both sides share."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def by_hand(header: Any, claims: Any, secret: bytes = b"") -> str:
    """A token that no library would make: signed by HMAC with what is given, or by nothing."""
    parts = [_encoded(json.dumps(part).encode()) for part in (header, claims)]
    signature = hmac.digest(secret, ".".join(parts).encode(), "sha256") if secret else b""
    return ".".join([*parts, _encoded(signature)])


class TestProvider:
    """It asks no person for anything: each log-in is that of `claims`."""

    __test__ = False

    def __init__(self) -> None:
        self.reset()
        self._server = HttpServer(self._app())
        self.issuer = f"http://127.0.0.1:{self._server.port}"

    def reset(self, now: datetime | None = None) -> None:
        """As it was; with `now` its clock stands still."""
        self.now = now
        self.keys = [public(RSA, "rsa", use="sig", alg="RS256"), public(P256, "ec")]
        self.claims: dict[str, Any] = {"sub": SUBJECT, "name": NAME, "roles": [ROLE]}
        self.metadata: dict[str, Any] = {}
        self.id_claims: dict[str, Any] = {}
        """What an ID token has otherwise."""
        self.answers: dict[str, Response] = {}
        """By path, what is answered in place of everything else."""
        self.asked: Counter[str] = Counter()
        self.authenticated: list[str] = []
        self.access_token = "an access token that is opaque"
        self._codes: dict[str, dict[str, str]] = {}

    async def start(self) -> "TestProvider":
        """Answer from now on."""
        await self._server.start()
        return self

    async def stop(self) -> None:
        """Answer no more."""
        await self._server.stop()

    def settings(self, **changes: Any) -> OidcSettings:
        """Those of a service that trusts it, for pages and programs."""
        usual: dict[str, Any] = {
            "issuer": self.issuer,
            "client_id": CLIENT,
            "redirect_uri": REDIRECT,
            "audience": AUDIENCE,
            "grants": GRANTS,
            "link_first": False,
        }
        return OidcSettings(**{**usual, **changes})

    def token(self, key: Any = RSA, algorithm: str = "RS256", kid: str | None = "rsa", **changes: Any) -> str:
        """An access token for the API; `header` is more for its header, and a claim that is None is left out."""
        header = {**({"kid": kid} if kid else {}), **changes.pop("header", {})}
        return jwt.encode(self.claimed(**changes), key, algorithm, headers=header)

    def claimed(self, **changes: Any) -> dict[str, Any]:
        """The claims of a good access token, with changes."""
        at = int((self.now or datetime.now(UTC)).timestamp())
        usual = {"iss": self.issuer, "aud": AUDIENCE, "iat": at, "exp": at + _AN_HOUR, **self.claims}
        return {name: value for name, value in {**usual, **changes}.items() if value is not None}

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def counted(request: Request, go_on: Any) -> Response:
            self.asked[request.url.path] += 1
            if (answer := self.answers.get(request.url.path)) is not None:
                return answer
            return await go_on(request)  # type: ignore[no-any-return]

        app.get("/.well-known/openid-configuration")(self._describe)
        app.get("/keys")(self._publish)
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._redeem)
        return app

    async def _describe(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        usual = {"issuer": self.issuer, **{name: f"{self.issuer}/{path}" for name, path in places.items()}}
        return {name: value for name, value in {**usual, **self.metadata}.items() if value is not None}

    async def _publish(self) -> dict[str, Any]:
        return {"keys": self.keys}

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_hex(8)
        self._codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    async def _redeem(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        assert form["grant_type"] == "authorization_code"
        asked = self._codes.pop(form["code"], None)
        challenge = _encoded(hashlib.sha256(form["code_verifier"].encode()).digest())
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant", "error_description": form["code"]}, 400)
        in_form = f"{form.get('client_id', '')}:{form.get('client_secret', '')}"
        self.authenticated.append(request.headers.get("authorization") or in_form)
        usual = {
            "aud": CLIENT,
            "nonce": asked["nonce"],
            "at_hash": access_token_hash(self.access_token, Algorithm.RS256),
        }
        id_token = self.token(**{**usual, **self.id_claims})
        return JSONResponse({"id_token": id_token, "access_token": self.access_token, "token_type": "Bearer"})


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
