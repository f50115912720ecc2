"""The REST service as one application."""

from email.utils import format_datetime

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator.rest.admin import admin_routes, version_routes
from emulator.rest.authentication import authentication_routes, oauth_routes
from emulator.rest.computers import computer_routes
from emulator.rest.errors import TooManyCallsError, add_error_handlers, application_body
from emulator.rest.groups import group_routes
from emulator.rest.policies import policy_routes
from emulator.rest.replication import replication_routes
from emulator.rest.service import RestService
from emulator.rest.settings import settings_routes
from emulator.rest.stats import stats_routes


class Door:
    """Before each call the site comes to this moment; each answer carries the date of the server's own clock."""

    def __init__(self, app: ASGIApp, service: RestService) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        now = self._service.advance()

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self._service.server_time(), usegmt=True).encode()
                message["headers"] = [*message["headers"], (b"date", date)]
            await send(message)

        try:
            self._service.count_call(now)
        except TooManyCallsError as error:
            refusal = JSONResponse(application_body(error.status, error.message), error.status)
            await refusal(scope, receive, dated)
            return
        await self._app(scope, receive, dated)


def rest_app(service: RestService) -> FastAPI:
    """The application of `service`, below `/sepm`."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    add_error_handlers(app)
    app.add_middleware(Door, service=service)
    app.include_router(oauth_routes(service), prefix="/sepm")
    for routes in (
        version_routes,
        authentication_routes,
        admin_routes,
        group_routes,
        settings_routes,
        computer_routes,
        replication_routes,
        stats_routes,
        policy_routes,
    ):
        app.include_router(routes(service), prefix="/sepm/api/v1")
    return app
