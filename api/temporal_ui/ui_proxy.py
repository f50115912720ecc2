"""What passes through the door to the Temporal UI and back: few headers, the path as it came, and altered settings."""

import json
from http import HTTPStatus

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http.problems import ProblemError

_SETTINGS = b"/api/v1/settings"
_TIMEOUT = {"connect": 5.0, "read": 70.0, "write": 10.0, "pool": 10.0}
"""Seconds. The UI waits for new events of a workflow for up to a minute."""
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)
# What is not named here stays here: our cookie, what stands for a connection, X-HTTP-Method-Override, Grpc-Metadata-...
_ASKED = ("accept", "accept-language", "caller-type", "content-type", "if-modified-since", "if-none-match", "range",
          "x-csrf-token")  # fmt: skip
_ANSWERED = ("accept-ranges", "cache-control", "content-encoding", "content-length", "content-range", "content-type",
             "etag", "last-modified", "vary")  # fmt: skip
_CSRF = "_csrf"
"""The cookie of the UI, whose value it wants in a header of each query."""
_LASTING = b"/_app/immutable/"
_PAGE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    # names may hold Markdown: a picture or a form in it reaches no other host
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' data: blob:; script-src 'self' 'unsafe-inline' "
    "'wasm-unsafe-eval' blob:; base-uri 'self'; form-action 'self'; frame-ancestors 'self'; object-src 'none'",
}


class UiProxy:
    """ASGI application: the Temporal UI that listens at `upstream`."""

    def __init__(self, upstream: str, *, encrypted: bool) -> None:
        """`encrypted`: the UI shall ask the codec server of the origin under which it was opened."""
        self._upstream = httpx.URL(upstream)
        self._encrypted = encrypted
        # below httpx's client, which would keep cookies of one caller for the next
        self._http = httpx.AsyncHTTPTransport(limits=_LIMITS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask the UI, and answer with what it answers."""
        request = Request(scope, receive)
        asked = await self._asked(request)
        try:
            found = await self._http.handle_async_request(asked)
        except (httpx.TransportError, httpx.InvalidURL):
            await _unanswered().response()(scope, receive, send)
            return
        try:
            await (await self._answer(request, found))(scope, receive, send)
        finally:
            await found.aclose()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _asked(self, request: Request) -> httpx.Request:
        scope = request.scope
        query = scope["query_string"]
        headers = {name: request.headers[name] for name in _ASKED if name in request.headers}
        plain = scope["raw_path"] == _SETTINGS
        headers["accept-encoding"] = "identity" if plain else request.headers.get("accept-encoding", "identity")
        if _CSRF in request.cookies:
            headers["cookie"] = f"{_CSRF}={request.cookies[_CSRF]}"
        return httpx.Request(
            request.method,
            self._upstream.copy_with(raw_path=scope["raw_path"] + (b"?" + query if query else b"")),
            headers=headers,
            content=await request.body() or None,
            extensions={"timeout": _TIMEOUT},
        )

    async def _answer(self, request: Request, found: httpx.Response) -> Response:
        if found.has_redirect_location:
            target = found.headers["location"]
            if not target.startswith("/") or target[1:2] in {"/", "\\"}:
                return _unanswered().response()
            return Response(status_code=found.status_code, headers={"Location": target})
        path: bytes = request.scope["raw_path"]
        if path == _SETTINGS and found.is_success and request.method == "GET":
            try:
                settings = self._settings(json.loads(await found.aread()), request.scope["origin"])
            except (httpx.TransportError, ValueError, TypeError):
                return _unanswered().response()
            return JSONResponse(settings, headers=_answered(found, path, cut=True))
        return StreamingResponse(found.aiter_raw(), found.status_code, _answered(found, path))

    def _settings(self, found: dict[str, object], origin: str) -> dict[str, object]:
        """The UI's settings: its buttons are off, and encrypted payloads are read at the door."""
        settings = found | {"DisableWriteActions": True}
        if self._encrypted:
            settings["Codec"] = {"Endpoint": f"{origin}/v1/codec", "PassAccessToken": False, "IncludeCredentials": True}
        return settings


def _answered(found: httpx.Response, path: bytes, *, cut: bool = False) -> dict[str, str]:
    """The headers that are passed back; with `cut` without those that tell of the body."""
    headers = {
        name: found.headers[name]
        for name in _ANSWERED
        if name in found.headers and not (cut and name.startswith("content-"))
    }
    for cookie in found.headers.get_list("set-cookie"):
        if cookie.startswith(f"{_CSRF}="):
            headers["set-cookie"] = cookie
    if not path.startswith(_LASTING):
        headers["cache-control"] = "no-store"  # nothing stays in the browser after the log-out
    return headers | _PAGE


def _unanswered() -> ProblemError:
    return ProblemError(
        HTTPStatus.BAD_GATEWAY,
        "ui-down",
        "the Temporal UI behind this door gives no answer that can be passed on",
        remedy="load the page again in a moment; `rotator up` starts Temporal again when it has ended, and says why",
    )
