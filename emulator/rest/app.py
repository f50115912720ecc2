"""The REST service as one application."""

from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator.rest.cache import StaleCache
from emulator.rest.direct import Body, direct_answer
from emulator.rest.errors import TooManyCallsError, add_error_handlers, application_body
from emulator.rest.routes.admin import admin_routes, version_routes
from emulator.rest.routes.authentication import authentication_routes, oauth_routes
from emulator.rest.routes.computers import computer_routes
from emulator.rest.routes.groups import group_routes
from emulator.rest.routes.policies import policy_routes
from emulator.rest.routes.replication import replication_routes
from emulator.rest.routes.settings import settings_routes
from emulator.rest.routes.stats import stats_routes
from emulator.rest.service import RestService, bring
from emulator.state.effects import Actor, acting


class RestApp:
    """The application of one site's service, below `/sepm`.

    Before each call the site comes to this moment; each answer carries the date of the server's own clock.
    """

    def __init__(self, service: RestService) -> None:
        self._service = service
        self._routes = _routes()
        self._cache = StaleCache()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        service = self._service
        if scope["type"] != "http":
            await self._routes(scope, receive, send)
            return
        if not service.simulation.spec.rest:
            await Response(status_code=404)(scope, receive, send)
            return
        now = service.advance()
        key, stale = (scope["path"], scope["query_string"]), service.site.stale
        sent: list[Message] = []
        kept = self._cache.answer(stale, key) if scope["method"] == "GET" and not service.own_line else None

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"date", self._date())]}
            if stale is not None:
                sent.append(message)
            await send(message)

        if kept is not None:
            for message in kept:
                await send(message if stale is None or stale.keeps_date else self._dated_now(message))
            return
        await self._answer(scope, receive, dated, now)
        if scope["method"] == "GET" and not service.own_line and sent:
            self._cache.keep(key, sent)

    def _date(self) -> bytes:
        return _date_header(self._service.server_time().replace(microsecond=0))

    def _dated_now(self, message: Message) -> Message:
        if message["type"] != "http.response.start":
            return message
        headers = [(name, value) for name, value in message["headers"] if name != b"date"]
        return {**message, "headers": [*headers, (b"date", self._date())]}

    async def _answer(self, scope: Scope, receive: Receive, dated: Send, now: datetime) -> None:
        service = self._service

        try:
            service.count_call(now)
        except TooManyCallsError as error:
            refusal = JSONResponse(application_body(error.status, error.message), error.status)
            await refusal(scope, receive, dated)
            return
        bring(scope, service)
        body = Body(receive)
        direct = await direct_answer(service, scope, body)
        if direct is not None:
            await direct(scope, body.again, dated)
            return
        with acting(Actor.PRODUCT):
            await self._routes(scope, body.again, dated)


@lru_cache(maxsize=256)
def _date_header(at: datetime) -> bytes:
    return format_datetime(at, usegmt=True).encode()


def rest_app(service: RestService) -> ASGIApp:
    """The application of `service`. It costs nothing to make: all of a process share the routes."""
    return RestApp(service)


@lru_cache(maxsize=1)
def _routes() -> FastAPI:
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    add_error_handlers(app)
    app.include_router(oauth_routes(), prefix="/sepm")
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
        app.include_router(routes(), prefix="/sepm/api/v1")
    return app
