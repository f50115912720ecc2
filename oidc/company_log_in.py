"""The company's log-in as the API uses it: tokens of programs, and the code flow of pages with PKCE (RFC 7636)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from oidc.errors import ProviderAway, TokenRefused
from oidc.provider import Provider
from oidc.settings import OidcSettings
from oidc.tokens import Tokens
from rotation.identity.log_in import LogIn
from rotation.values import Value

_BYTES = 32


class LogInAttempt(Value):
    """What this service has sent, or will have to show, for one log-in of one browser."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "LogInAttempt":
        """A random one."""
        state, nonce, verifier = (secrets.token_urlsafe(_BYTES) for _ in range(3))
        return cls(state=state, nonce=nonce, verifier=verifier)


class CompanyLogIn:
    """One provider of OpenID Connect, as it is set."""

    def __init__(self, settings: OidcSettings, clock: Callable[[], datetime]) -> None:
        """`settings` have been checked.

        Raises:
            OidcSettingsWrong: when the file of authorities cannot be read.
        """
        self.settings = settings
        self.issuer = settings.issuer or ""
        self._provider = Provider(settings, self.issuer, clock)
        self._tokens = Tokens(settings, self._provider, clock)

    @property
    def has_pages(self) -> bool:
        """Whether people can log in at a page."""
        return self.settings.client_id is not None

    async def bearer(self, token: str) -> LogIn:
        """The log-in that an access token stands for.

        Raises:
            TokenRefused, NoRole: when it is not accepted, or gives no role here.
            ProviderAway: when the provider's keys cannot be fetched.
        """
        return await self._tokens.bearer(token)

    async def page(self, attempt: LogInAttempt) -> str:
        """The address of the provider's own log-in page.

        Raises:
            ProviderAway: when the provider does not answer, or has no such page.
        """
        metadata, settings = await self._provider.metadata(), self.settings
        methods = metadata.code_challenge_methods_supported
        if metadata.authorization_endpoint is None or (methods is not None and "S256" not in methods):
            raise ProviderAway("the provider has no code flow with PKCE (S256)")
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": settings.client_id or "",
            "redirect_uri": settings.redirect_uri or "",
            "scope": settings.scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        joined = "&" if "?" in metadata.authorization_endpoint else "?"
        return f"{metadata.authorization_endpoint}{joined}{urlencode(asked)}"

    async def finish(self, attempt: LogInAttempt, answer: Mapping[str, str]) -> LogIn:
        """The log-in that a browser comes back with; `answer` has the parameters of the callback.

        Raises:
            TokenRefused, NoRole: when it is not accepted, or gives no role here.
            ProviderAway: when the provider does not answer.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise TokenRefused("the answer is not to what this browser has asked for (state)")
        metadata = await self._provider.metadata()
        issuer = answer.get("iss")
        if issuer != self.issuer and (issuer or metadata.authorization_response_iss_parameter_supported):
            raise TokenRefused("the answer is that of another provider (iss)")  # RFC 9207
        code = answer.get("code")
        if not code:
            raise TokenRefused("the provider has not let the person in")
        tokens = await self._provider.exchange(code, attempt.verifier)
        return await self._tokens.id_token(
            tokens.id_token.get_secret_value(), attempt.nonce, tokens.access_token.get_secret_value()
        )

    async def close(self) -> None:
        """Close the connections to the provider."""
        await self._provider.close()
