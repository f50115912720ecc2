"""Error answers of the REST API, each in the body the real one gives."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from emulator.errors import EmulatorError, UnknownNameError

_IN_PATHS = frozenset({"group", "location", "client"})
_LOG = logging.getLogger(__name__)


class ApplicationError(Exception):
    """A call that SEPM understood and refused: its own error body, all values strings."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class BadArgumentError(ApplicationError):
    """An argument SEPM does not take. A wrong password is one too, not a 401."""

    def __init__(self, message: str) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, message)


class GoneError(ApplicationError):
    """An id that no object has: SEPM answers 410, not 404."""

    def __init__(self, what: str, identity: str) -> None:
        super().__init__(HTTPStatus.GONE, f"The {what} {identity} does not exist.")


class TooManyCallsError(ApplicationError):
    """The calls reached the threshold. No `Retry-After`: none was ever seen."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.TOO_MANY_REQUESTS, "The number of calls reached the threshold.")


class TokenError(Exception):
    """No token, an unknown one or one that has expired."""

    def __init__(self, token: str) -> None:
        super().__init__("invalid token")
        self.token = token


def application_body(status: int, message: str) -> dict[str, str]:
    """The body of an application error. JSON can bring half of a surrogate pair, which no answer can carry."""
    carried = message.encode("utf-8", "replace").decode()
    return {"errorCode": str(int(status)), "appErrorCode": "", "errorMessage": carried}


def tomcat_page(status: int) -> str:
    """What Tomcat itself answers where no application code was reached."""
    title = f"HTTP Status {status} \u2013 {HTTPStatus(status).phrase}"
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head>'
        f'<body><h1>{title}</h1><hr class="line" /><p><b>Type</b> Status Report</p></body></html>'
    )


def add_error_handlers(app: FastAPI) -> None:
    """Teach `app` the error bodies."""

    @app.exception_handler(ApplicationError)
    async def application(_: Request, error: ApplicationError) -> Response:
        return JSONResponse(application_body(error.status, error.message), status_code=error.status)

    @app.exception_handler(EmulatorError)
    async def refusal(_: Request, error: EmulatorError) -> Response:
        return JSONResponse(application_body(400, f"{error}."), status_code=HTTPStatus.BAD_REQUEST)

    @app.exception_handler(UnknownNameError)
    async def unknown(_: Request, error: UnknownNameError) -> Response:
        # an id in the path is gone; a name in a body is a bad argument
        status = HTTPStatus.GONE if error.what in _IN_PATHS else HTTPStatus.BAD_REQUEST
        return JSONResponse(application_body(status, f"{error}."), status_code=status)

    @app.exception_handler(TokenError)
    async def token(_: Request, error: TokenError) -> Response:
        body = {"error": "invalid_token", "error_description": f"Invalid access token: {error.token}"}
        return JSONResponse(body, status_code=HTTPStatus.UNAUTHORIZED)

    @app.exception_handler(RequestValidationError)
    async def argument(_: Request, error: RequestValidationError) -> Response:
        # only the names: a body may hold a password
        names = sorted({str(part) for entry in error.errors() for part in entry["loc"][1:]})
        message = f"The argument is invalid: {', '.join(names) or 'body'}."
        return JSONResponse(application_body(400, message), status_code=HTTPStatus.BAD_REQUEST)

    @app.exception_handler(HTTPException)
    async def page(_: Request, error: HTTPException) -> Response:
        return HTMLResponse(tomcat_page(error.status_code), status_code=error.status_code)

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> Response:
        _LOG.error("fault in %s %s", request.method, request.url.path, exc_info=error)
        return JSONResponse(application_body(500, "Internal server error."), status_code=500)
