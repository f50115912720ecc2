"""Where heads are sent to: a webhook over HTTPS, which takes them or does not."""

import ssl
from http import HTTPStatus
from pathlib import Path

import httpx
from pydantic import SecretStr

from certificates.secret_file import ReadableByOthers, read_secret
from rotation.values import Value
from store.fault import StoreFault

_TIMEOUT = httpx.Timeout(10, connect=5)
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


class WebhookSettingsWrong(StoreFault):
    """The settings of the webhook cannot work."""


class WebhookAway(StoreFault):
    """The webhook does not answer, or asks to come back."""


class WebhookRefused(StoreFault):
    """The webhook does not take heads from us: its address, certificate, token or answer is not right."""


class WebhookSettings(Value):
    """How the webhook is reached."""

    url: SecretStr
    """Its path may have a secret in it."""
    ca: Path | None = None
    """PEM of the authority that signed its certificate, when the system does not know it."""
    token_file: Path | None = None
    """Its bearer token. Read before each request, so that it can be changed."""


class Webhook:
    """A receiver of heads."""

    def __init__(self, settings: WebhookSettings) -> None:
        """Take the settings; nothing is sent yet.

        Raises:
            WebhookSettingsWrong: when they cannot work.
        """
        self._settings = settings
        self._url = _checked(settings.url.get_secret_value())
        self.where = f"https://{self._url.netloc.decode()}"
        try:
            trust = ssl.create_default_context(cafile=settings.ca)
        except OSError as error:  # ssl.SSLError is one: the file holds no certificate
            raise WebhookSettingsWrong(f"ROTATOR_AUDIT_WEBHOOK_CA is no PEM file: {settings.ca}") from error
        # a redirect is not followed: it would take heads and token to the server that it names
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, verify=trust, trust_env=False, follow_redirects=False)

    async def send(self, content: str) -> None:
        """Post one JSON document; return once it was taken.

        Raises:
            WebhookAway: when it may be taken later.
            WebhookRefused: when a person has to act first.
        """
        headers = {"Content-Type": "application/json", **self._authorization()}
        try:
            answer = await self._http.post(self._url, content=content, headers=headers)
        except httpx.TransportError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                text = f"the certificate of {self.where} is not trusted; name its authority by ROTATOR_AUDIT_WEBHOOK_CA"
                raise WebhookRefused(text) from None
            raise WebhookAway(f"{self.where} does not answer ({type(error).__name__})") from None
        status = answer.status_code
        text = f"{self.where} answers {status}"
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _LATER:
            raise WebhookAway(text)
        if not answer.is_success:
            raise WebhookRefused(f"{text}; a redirect is not followed" if answer.is_redirect else text)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _authorization(self) -> dict[str, str]:
        if self._settings.token_file is None:
            return {}
        try:
            token = read_secret(self._settings.token_file).decode("ascii").strip()
        except ReadableByOthers as error:
            text = f"the token is not read from {self._settings.token_file}: {error.strerror}"
            raise WebhookRefused(text) from None
        except (OSError, UnicodeDecodeError) as error:
            text = f"no token can be read from {self._settings.token_file} ({type(error).__name__})"
            raise WebhookRefused(text) from None
        if not token.isprintable() or not token:
            raise WebhookRefused(f"there is no token in {self._settings.token_file}")
        return {"Authorization": f"Bearer {token}"}


def _checked(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise WebhookSettingsWrong("ROTATOR_AUDIT_WEBHOOK is no address") from None
    if url.scheme != "https" or not url.host or url.userinfo:
        raise WebhookSettingsWrong("ROTATOR_AUDIT_WEBHOOK is no address such as https://heads.example.com/rotator")
    return url
