"""What pages of another origin may ask of the API: those of the Temporal UI ask the codec server, others nothing."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

ENCODE, DECODE = "/v1/codec/encode", "/v1/codec/decode"
SHARED = frozenset({ENCODE, DECODE})


class CrossOrigin:
    """ASGI middleware, before the guard: a browser asks first, without a key, whether a page may ask."""

    def __init__(self, app: ASGIApp, origin: str | None) -> None:
        """`origin` is the UI's; without it no page of another origin may ask anything."""
        self._app = app
        self._shared = app
        if origin is not None:
            self._shared = CORSMiddleware(
                app,
                allow_origins=[origin],
                allow_methods=["POST"],
                allow_headers=["Content-Type", "X-Namespace"],
                allow_credentials=True,
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and let the page read the answer where it may."""
        shared = scope["type"] == "http" and scope["path"] in SHARED
        await (self._shared if shared else self._app)(scope, receive, send)
