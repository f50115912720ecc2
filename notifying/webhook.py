"""Webhooks: a signed POST over verified TLS, to the address that was checked."""

from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urljoin

import httpx
from pydantic import SecretStr

from notifying.addresses import Resolve, checked
from notifying.chat import chat_body
from notifying.document import NoticeMessage
from notifying.errors import ChannelAway, MessageRefused
from notifying.settings import NotifySettings
from notifying.signature import parts_of, signed
from rotation.notice.channel import WebhookForm, WebhookTarget

_TIMEOUT = httpx.Timeout(10)
_REDIRECTS = 3
_SAME_POST = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
_NOT_THIS = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
_HTTPS = 443


class WebhookSink:
    """A receiver of messages."""

    def __init__(
        self, target: WebhookTarget, secret: SecretStr | None, settings: NotifySettings, resolve: Resolve
    ) -> None:
        self._target = target
        self._secret = secret
        self._settings = settings
        self._resolve = resolve

    async def send(self, message: NoticeMessage) -> str:
        """Post one message; return once it was taken. A redirect that keeps the POST is followed, and checked as well.

        Raises:
            ChannelAway: when it may be taken later.
            MessageRefused: when this one is not taken.
        """
        if self._secret is None:
            raise ChannelAway("its signing key was dropped with a change of its address: set another one")
        key, token = parts_of(self._secret)
        body = message.body() if self._target.form is WebhookForm.STANDARD else chat_body(message, self._target.form)
        headers = {"Content-Type": "application/json", "User-Agent": "sepm-rotator"}
        headers |= signed(key, message.id, datetime.now(UTC), body)
        first = url = httpx.URL(self._target.url)
        async with httpx.AsyncClient(
            timeout=_TIMEOUT, verify=self._settings.trust(), trust_env=False, follow_redirects=False
        ) as client:
            for _ in range(_REDIRECTS + 1):
                # the token is for the host that was named, and for no other one that it redirects to
                own = {self._target.token_header: token} if token and url.netloc == first.netloc else {}
                answer = await self._post(client, url, headers | own, body)
                if answer.status_code not in _SAME_POST:
                    return _taken(answer, url)
                url = _next(url, answer)
        raise ChannelAway(f"{url.host} redirects more than {_REDIRECTS} times")

    async def _post(
        self, client: httpx.AsyncClient, url: httpx.URL, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        """Post to one of the addresses that were checked: the name is not looked up again for the connection."""
        host, port = url.host, url.port or _HTTPS
        addresses = await checked(host, port, self._settings.named, self._resolve)
        for address in addresses:
            request = client.build_request(
                "POST",
                url.copy_with(host=address),
                headers={**headers, "Host": url.netloc.decode()},
                content=body,
                extensions={"sni_hostname": host},
            )
            try:
                # only the status is of use: a body may be endless
                answer = await client.send(request, stream=True)
                await answer.aclose()
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if address == addresses[-1]:
                    raise ChannelAway(_away(host, error)) from None
            except httpx.TransportError as error:
                raise ChannelAway(_away(host, error)) from None
            else:
                return answer
        raise ChannelAway(f"{host} does not answer")


def place_of(url: str) -> tuple[str, int]:
    """Host and port of an address."""
    parsed = httpx.URL(url)
    return parsed.host, parsed.port or _HTTPS


def _away(host: str, error: httpx.TransportError) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return f"the certificate of {host} is not trusted; name its authority by ROTATOR_NOTIFY_CA"
    return f"{host} does not answer ({type(error).__name__})"


def _taken(answer: httpx.Response, url: httpx.URL) -> str:
    """Nothing to be noted.

    Raises:
        ChannelAway, MessageRefused: when it was not taken.
    """
    if answer.is_success:
        return ""
    text = f"{url.host} answers {answer.status_code}"
    if answer.status_code in _NOT_THIS:
        raise MessageRefused(text)
    raise ChannelAway(f"{text}; it is not followed" if answer.is_redirect else text)


def _next(url: httpx.URL, answer: httpx.Response) -> httpx.URL:
    """Where a redirect leads to.

    Raises:
        ChannelAway: when that is no https address.
    """
    try:
        # the request went to an address; where it leads to is seen from the name
        there = httpx.URL(urljoin(str(url), answer.headers.get("location", "")))
    except (httpx.InvalidURL, ValueError):
        there = httpx.URL("")
    if there.scheme != "https" or not there.host or there.userinfo or there == url:
        raise ChannelAway(f"{url.host} redirects to what is no https address")
    return there
