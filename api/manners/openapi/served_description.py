"""/openapi.json: the API's description as it is served, written once and not for each caller, who needs no key."""

import asyncio
import gzip
import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from api.manners.entity_tags import is_known


@dataclass(frozen=True)
class _Written:
    """The bytes of the description, plain and compressed; all answers share them."""

    plain: bytes
    compressed: bytes
    tag: str

    @classmethod
    def of(cls, app: FastAPI) -> Self:
        plain = bytes(JSONResponse(app.openapi()).body)
        return cls(plain, gzip.compress(plain, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:32]}"')


class ServedDescription:
    """The description, which is made for the first caller: in a thread, since it takes seconds."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._made: _Written | None = None
        self._making: asyncio.Task[_Written] | None = None

    async def answer(self, request: Request) -> Response:
        """The description; 304 where the caller has it."""
        made = self._made or await self._make()
        headers = {"ETag": made.tag, "Vary": "Accept-Encoding"}
        if is_known(request.headers.get("If-None-Match"), made.tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if request.headers.get("Accept-Encoding") != "gzip":  # as `api.manners.preferences` leaves it
            return Response(made.plain, media_type=JSONResponse.media_type, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(made.compressed, media_type=JSONResponse.media_type, headers=headers)

    async def _make(self) -> _Written:
        """Make it, or wait until it is made for another caller; one that hangs up ends nothing."""
        making = self._making
        if making is None or making.done() or making.get_loop() is not asyncio.get_running_loop():
            self._making = making = asyncio.create_task(asyncio.to_thread(_Written.of, self._app))
        self._made = await asyncio.shield(making)
        return self._made


def serve_description(app: FastAPI) -> None:
    """Take the place of FastAPI's own route, which makes it from all models again and again. Called last."""
    path = app.openapi_url or ""
    app.router.routes[:] = [each for each in app.router.routes if getattr(each, "path", None) != path]
    app.add_route(path, ServedDescription(app).answer, include_in_schema=False)
