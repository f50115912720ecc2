"""A large answer is sent in pieces: of one that is not read, the service holds little more than a piece."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PIECE = 64 << 10
"""Bytes; as many may wait in a connection before the server has the next piece wait."""


class Pieces:
    """ASGI middleware: parts a body that comes as a whole, so that the connection says when it takes more."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""

        async def in_pieces(message: Message) -> None:
            body = message.get("body", b"")
            if message["type"] != "http.response.body" or len(body) <= PIECE:
                await send(message)
                return
            last = (len(body) - 1) // PIECE * PIECE
            for begin in range(0, last + 1, PIECE):
                more = begin < last or message.get("more_body", False)
                await send({**message, "body": body[begin : begin + PIECE], "more_body": more})

        await self._app(scope, receive, in_pieces)
