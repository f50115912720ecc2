"""What a caller prefers: each of its headers in one line, and gzip only for a caller that wants it (RFC 9110, 12.5)."""

from collections.abc import Iterator

from starlette.types import ASGIApp, Receive, Scope, Send

from texts.weights import LONGEST, weights

_ENCODING, _GZIP = b"accept-encoding", b"gzip"
_LISTS = (b"accept", b"accept-language", _ENCODING)
_GZIP_NAMES = ("gzip", "x-gzip")


class Preferences:
    """ASGI middleware, before all that reads these headers, and before what takes any header with `gzip` in it for a
    wish.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with lines of one header joined; of `Accept-Encoding` there is `gzip` left, or none."""
        if scope["type"] == "http":
            scope = {**scope, "headers": list(_joined(scope["headers"]))}
        await self._app(scope, receive, send)


def _joined(headers: list[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Several lines of a list are one (RFC 9110, 5.3)."""
    yield from (each for each in headers if each[0] not in _LISTS)
    for name in _LISTS:
        lines = [value for each, value in headers if each == name]
        if name == _ENCODING:
            lines = [_GZIP] if _wants_gzip(b", ".join(lines).decode("latin-1")) else []
        if lines:
            yield name, b", ".join(lines)


def _wants_gzip(accepted: str) -> bool:
    """Whether gzip is named, and no less wanted than no encoding. Behind a header's cut it may be refused."""
    found = weights(accepted)
    gzip = max(found.get(each, 0.0) for each in _GZIP_NAMES)
    return gzip > 0 and gzip >= found.get("identity", 0.0) and len(accepted) <= LONGEST
