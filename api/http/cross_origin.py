"""What pages of another origin may ask of the API: the Temporal UI the codec server, other pages nothing."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

ENCODE, DECODE = "/v1/codec/encode", "/v1/codec/decode"
SHARED = frozenset({ENCODE, DECODE})


class CrossOrigin:
    """ASGI middleware, before the guard: a browser asks whether it may ask without any key."""

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
        """Pass on, with the leave to read the answer where the page has it."""
        shared = scope["type"] == "http" and scope["path"] in SHARED
        await (self._shared if shared else self._app)(scope, receive, send)
