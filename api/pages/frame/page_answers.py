"""Answers to browsers: refusals as pages, the sign-in in front of all others, and headers that keep scripts out."""

import json
from http import HTTPStatus
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import MEDIA_TYPE, Problem, ProblemError
from api.http.storable_text import require_printable_path
from api.pages.frame.addresses import SIGN_IN, is_page, page_of, sign_in_first
from api.pages.frame.own_forms import require_own
from api.pages.frame.rendering import render_page

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # without any, a form would be sent without its origin
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
}
_LOOKING = frozenset({"GET", "HEAD"})


class PageAnswers:
    """ASGI middleware before the guard."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; of a page, make a page of what comes back."""
        if scope["type"] != "http" or not is_page(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            require_printable_path(request)
            if request.method not in _LOOKING:
                require_own(request.headers)
        except ProblemError as refusal:
            await _problem(request, refusal.problem, {})(scope, receive, _with_headers(send))
            return
        await self._app(scope, receive, _Pages(request, scope, receive, _with_headers(send)))


class _Pages:
    """What the application sends; a problem is kept back, and a page is sent in its place."""

    def __init__(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        self._request, self._scope, self._receive, self._send = request, scope, receive, send
        self._begun: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Pass on, or keep back."""
        if message["type"] == "http.response.start" and self._is_for_people(message):
            self._begun = message
        elif self._begun is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._page(self._begun)(self._scope, self._receive, self._send)

    def _is_for_people(self, begun: Message) -> bool:
        """Whether it is a problem that a person reads; a script that follows a stream takes it as it is.

        So does a program that sends a key: what slows wrong keys down sees that one was refused.
        """
        headers = self._request.headers
        program = "text/event-stream" in headers.get("accept", "") or "authorization" in headers
        return not program and Headers(raw=begun["headers"]).get("content-type", "") == MEDIA_TYPE

    def _page(self, begun: Message) -> Response:
        request, path = self._request, self._request.url.path
        if begun["status"] == HTTPStatus.UNAUTHORIZED and path != SIGN_IN:
            return _sign_in(request, path)
        headers = Headers(raw=begun["headers"])
        kept = {name: headers[name] for name in ("Retry-After", "Allow") if name in headers}
        return _problem(request, Problem.model_validate(json.loads(self._body)), kept)


def _sign_in(request: Request, path: str) -> Response:
    """The sign-in, which leads back. A link in a mail comes from another site, where a browser keeps a strict cookie
    back: the page then opens itself once more, and the browser sends it.
    """
    looking = request.method in _LOOKING
    there = quote(path, safe="/-._~")
    then = (f"{there}?{request.url.query}" if request.url.query else there) if looking else page_of(there)
    if looking and request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        return render_page(request, "again.html", address=then)
    return RedirectResponse(sign_in_first(then), HTTPStatus.SEE_OTHER)


def _problem(request: Request, problem: Problem, headers: dict[str, str]) -> Response:
    back = page_of(request.url.path)
    page = render_page(
        request,
        "problem.html",
        HTTPStatus(problem.status),
        problem=problem,
        code=problem.type.removeprefix("/problems/"),
        back=back,
        address=f"{str(request.base_url).rstrip('/')}{back}",
    )
    page.headers.update(headers)
    return page


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
        await send(message)

    return sending
