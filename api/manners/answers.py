"""Every refusal as a problem: ours, those of the parts below, and those of the framework."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http import faults
from api.http.invalid import invalid
from api.http.problems import ProblemError
from api.manners.headers import HEADERS
from api.manners.refused_forms import wrong_media_type, wrong_method
from api.manners.request_ids import HEADER, request_id
from certificates.errors import WithRemedy
from engine.fault import EngineFault
from rotation.plan.refusals import PlanRefusedError
from store.fault import StoreFault

_log = structlog.get_logger(__name__)
_OF_FRAMEWORK = {
    HTTPStatus.BAD_REQUEST: ("invalid-json", "the body is no JSON", "send a JSON document in UTF-8"),
    HTTPStatus.NOT_FOUND: ("not-found", "", "GET /openapi.json names every path"),
}


def answer_with_problems(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(ProblemError)
    async def of_ours(_: Request, error: ProblemError) -> JSONResponse:
        return error.response()

    @app.exception_handler(StoreFault)
    async def of_store(_: Request, fault: StoreFault) -> JSONResponse:
        return faults.from_store(fault).response()

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(NoConnection)
    async def of_database(_: Request, error: SQLAlchemyError) -> JSONResponse:
        _log.error("the database does not serve", kind=type(error).__name__, reason=str(getattr(error, "orig", "")))
        return faults.from_database(error).response()

    @app.exception_handler(WithRemedy)
    async def of_edge(_: Request, error: WithRemedy) -> JSONResponse:
        return faults.from_sepm(error).response()

    @app.exception_handler(EngineFault)
    async def of_engine(request: Request, fault: EngineFault) -> JSONResponse:
        setattr(request.state, faults.SENT, bool(fault.sent_as))
        return faults.from_engine(fault).response()

    @app.exception_handler(PlanRefusedError)
    async def of_planner(_: Request, refusal: PlanRefusedError) -> JSONResponse:
        return faults.from_plan(refusal).response()

    @app.exception_handler(RequestValidationError)
    async def of_form(request: Request, error: RequestValidationError) -> JSONResponse:
        return (wrong_media_type(request) or invalid(error.errors())).response()

    @app.exception_handler(HTTPException)
    async def of_framework(request: Request, error: HTTPException) -> JSONResponse:
        return _of_framework(request, error).response()

    @app.exception_handler(Exception)
    async def of_unexpected(request: Request, error: Exception) -> JSONResponse:
        _log_unexpected(request, error)
        return ProblemError(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "internal-error",
            "something unexpected happened; the log of the service has more",
            remedy="try again; if it stays, report it with the request's id, which the log names too",
            headers={HEADER: request_id(), **HEADERS},  # the framework answers this outside of all middleware
        ).response()


def _log_unexpected(request: Request, error: Exception) -> None:
    about = {"method": request.method, "path": request.url.path, "request_id": request_id()}
    if isinstance(error, ClientDisconnect):
        _log.info("a caller left before its answer had ended", **about)
    else:
        _log.error("unexpected error", kind=type(error).__name__, **about)


def _of_framework(request: Request, error: HTTPException) -> ProblemError:
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return wrong_method(request)
    status = HTTPStatus(error.status_code)
    code, detail, remedy = _OF_FRAMEWORK.get(status, ("request-refused", str(error.detail), ""))
    text = detail or f"there is nothing at {request.url.path}"
    return ProblemError(status, code, text, remedy=remedy, headers=error.headers)
