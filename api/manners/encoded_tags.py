"""Entity tags of compressed answers: a strong tag names one sequence of bytes (RFC 9110, 8.8.3.3; decision 0054).

The tag of what is sent with gzip ends with `-gzip`. `If-Match` is about what is changed, so a tag of either counts;
`If-None-Match` is about what the caller has: a plain tag counts always, one of gzip where the caller still takes that.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ENDS, _END = b'-gzip"', b'"'
_MATCH, _NONE_MATCH = b"if-match", b"if-none-match"
_SUCCESSES, _UNCHANGED = range(200, 300), 304


class EncodedTags:
    """ASGI middleware, outside of what compresses: what is within it knows tags of documents alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the answer's tag names its bytes, and its `Vary` names what they depend on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope)
        known = ", ".join(given.getlist("if-none-match")) if "accept-encoding" in given else ""
        plain = {_MATCH, _NONE_MATCH} if "accept-encoding" in given else {_MATCH}

        async def with_tag(message: Message) -> None:
            if message["type"] == "http.response.start":
                _name_bytes(message["status"], MutableHeaders(scope=message), known)
            await send(message)

        headers = [(name, value.replace(_ENDS, _END) if name in plain else value) for name, value in scope["headers"]]
        await self._app({**scope, "headers": headers}, receive, with_tag)


def _name_bytes(status: int, headers: MutableHeaders, known: str) -> None:
    tag = headers.get("etag")
    if tag is None:
        return
    if "Accept-Encoding" not in headers.get("vary", ""):
        headers.add_vary_header("Accept-Encoding")
    compressed = f'{tag[:-1]}-gzip"'
    gzip = status in _SUCCESSES and headers.get("content-encoding") == "gzip"
    if gzip or (status == _UNCHANGED and compressed in known):
        headers["etag"] = compressed
