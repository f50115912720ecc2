"""/openapi.json: the API's description as it is served, written once and not for each caller, who needs no key."""

import gzip
import hashlib
from functools import cached_property
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from api.manners.entity_tags import is_known


class ServedDescription:
    """The bytes of the description, plain and compressed; all answers share them."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def answer(self, request: Request) -> Response:
        """The description; 304 where the caller has it."""
        headers = {"ETag": self._tag, "Vary": "Accept-Encoding"}
        if is_known(request.headers.get("If-None-Match"), self._tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return Response(self._plain, media_type=JSONResponse.media_type, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(self._compressed, media_type=JSONResponse.media_type, headers=headers)

    @cached_property
    def _plain(self) -> bytes:
        return bytes(JSONResponse(self._app.openapi()).body)

    @cached_property
    def _compressed(self) -> bytes:
        return gzip.compress(self._plain, mtime=0)

    @cached_property
    def _tag(self) -> str:
        return f'"{hashlib.sha256(self._plain).hexdigest()[:32]}"'


def serve_description(app: FastAPI) -> None:
    """Take the place of FastAPI's own route, which makes it from all models again and again. Called last."""
    path = app.openapi_url or ""
    app.router.routes[:] = [each for each in app.router.routes if getattr(each, "path", None) != path]
    app.add_route(path, ServedDescription(app).answer, include_in_schema=False)
