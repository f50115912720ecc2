"""The control API: what really is, and the hands of a test. The product never sees it."""

import base64
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from emulator.clients.fleet import ClientTruth
from emulator.clients.verdict import VerdictReport
from emulator.errors import EmulatorError, UnknownNameError
from emulator.events.site_events import SiteEvent
from emulator.instants import to_ms
from emulator.people.delays import DelayForecast, forecast
from emulator.people.desk import SiteDesk
from emulator.people.export import ExportForm, described_groups, export_clients
from emulator.people.network_answers import network_answers
from emulator.people.operations import Operation
from emulator.people.operator_actions import replace_now
from emulator.people.sylink import held_sylink
from emulator.serving.views import ListView, PairView, ServerView, list_views, pair_views, server_views
from emulator.simulation import Simulation
from emulator.state.effects import EffectCount, EffectView
from emulator.switches import Switches

_OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)
_SITE_EVENT: TypeAdapter[SiteEvent] = TypeAdapter(SiteEvent)
_COUNT = re.compile("[0-9]{1,4}")


class FrontView(BaseModel):
    """The front's process."""

    model_config = ConfigDict(frozen=True)

    pid: int | None


@dataclass(frozen=True)
class Controls:
    """What the control API works on."""

    simulation: Simulation
    clock: Callable[[], datetime]
    desk: SiteDesk
    follow: Callable[[], Awaitable[None]]
    start_front: Callable[[], Awaitable[int | None]]
    token: str

    def advance(self) -> datetime:
        """Bring the site to this moment, and return the moment."""
        now = self.clock()
        self.simulation.advance_to(now)
        return now

    async def authorise(self, authorization: Annotated[str, Header()] = "") -> None:
        """Let in who has the token."""
        if not secrets.compare_digest(authorization.encode(), f"Bearer {self.token}".encode()):
            raise HTTPException(401)


def usual_tasks(simulation: Simulation) -> dict[str, int]:
    """The console tasks of a rotation of the whole site, by kind."""
    site = simulation.site
    servers = len(site.servers)
    lists = len({settings.server_list for _, _, settings in site.pairs()})
    replication = int(site.is_replicated)
    return {
        "save_recovery_file": servers,
        "replace_certificate": servers,
        "copy_list": lists,
        "delete_list": lists,
        "pause_replication": replication,
        "resume_replication": replication,
        "stop_hand_outs": 1,
        "start_hand_outs": int(bool(site.hand_outs.known)),
    }


def _judging_routes(controls: Controls) -> APIRouter:
    router = APIRouter()
    simulation = controls.simulation

    @router.get("/verdict")
    async def verdict() -> VerdictReport:
        controls.advance()
        return simulation.verdict()

    @router.get("/effects")
    async def effects() -> list[EffectCount]:
        return list(simulation.effects.report())

    @router.get("/journal")
    async def journal() -> list[EffectView]:
        controls.advance()
        return list(simulation.effects.views())

    @router.get("/network-answers")
    async def answered_over_http() -> Response:
        return Response(network_answers(simulation, controls.advance()), media_type="text/csv")

    return router


def _reading_routes(controls: Controls) -> APIRouter:
    router = APIRouter()
    simulation = controls.simulation

    @router.get("/pairs")
    async def pairs() -> list[PairView]:
        controls.advance()
        return pair_views(simulation)

    @router.get("/lists")
    async def lists() -> list[ListView]:
        return list_views(simulation)

    @router.get("/servers")
    async def servers() -> list[ServerView]:
        controls.advance()
        return server_views(simulation)

    @router.get("/groups")
    async def groups() -> list[dict[str, Any]]:
        controls.advance()
        return described_groups(simulation)

    @router.get("/switches")
    async def switches() -> Switches:
        return simulation.switches

    @router.get("/robot/delays")
    async def delays(request: Request) -> DelayForecast:
        asked = request.query_params
        if not all(_COUNT.fullmatch(count) for count in asked.values()):
            raise HTTPException(422, "counts of tasks by kind, below ten thousand")
        counts = {kind: int(count) for kind, count in asked.items()} or usual_tasks(simulation)
        return forecast(simulation.spec.seed, counts, simulation.spec.robot)

    return router


def _client_routes(controls: Controls) -> APIRouter:
    router = APIRouter()
    simulation = controls.simulation

    @router.get("/clients")
    async def clients() -> list[ClientTruth]:
        controls.advance()
        return list(simulation.fleet.truths())

    @router.get("/clients/{name}/sylink")
    async def held(name: str) -> Response:
        """What lies on a machine that is on: its own Sylink.xml."""
        now = to_ms(controls.advance())
        found = next((each for each in simulation.fleet.settled() if each.name == name and each.powered(now)), None)
        if found is None:
            raise HTTPException(404, "no client of that name is on")
        return Response(held_sylink(found), media_type="text/xml")

    @router.get("/export")
    async def export(form: Annotated[ExportForm, Query()]) -> Response:
        return Response(export_clients(simulation, controls.advance(), form), media_type="text/csv")

    return router


def _acting_routes(controls: Controls) -> APIRouter:
    router = APIRouter()
    simulation = controls.simulation

    @router.post("/console/{name}")
    async def console(name: str, body: Annotated[dict[str, Any] | None, Body()] = None) -> dict[str, str]:
        try:
            operation = _OPERATION.validate_python({**(body or {}), "operation": name})
        except ValidationError as error:
            raise HTTPException(422, error.errors(include_url=False, include_input=False)) from error
        outcome = await controls.desk.operate(operation)
        return {
            "filename": outcome.filename,
            "content_base64": base64.b64encode(outcome.content).decode(),
            "fingerprint_sha256": outcome.fingerprint_sha256,
        }

    @router.post("/switches")
    async def switches(body: Annotated[dict[str, Any], Body()]) -> Switches:
        controls.advance()
        present = simulation.switches.model_dump()
        try:
            wanted = Switches.model_validate({**present, **body})
        except ValidationError as error:
            raise HTTPException(422, error.errors(include_url=False, include_input=False)) from error
        simulation.set_switches(wanted)
        await controls.follow()
        return simulation.switches

    @router.post("/front/start")
    async def front() -> FrontView:
        return FrontView(pid=await controls.start_front())

    @router.post("/robot/replace_now")
    async def replace() -> list[str]:
        return list(await replace_now(controls.desk))

    return router


def _site_event_routes(controls: Controls) -> APIRouter:
    """What befalls the site."""
    router = APIRouter()
    simulation = controls.simulation

    @router.post("/servers/{name}/{state}")
    async def server(name: str, state: Literal["up", "down"]) -> list[ServerView]:
        controls.advance()
        if state == "up":
            simulation.start_server(name)
        else:
            simulation.stop_server(name)
        await controls.follow()
        return server_views(simulation)

    @router.post("/site-events")
    async def befall(body: Annotated[dict[str, Any], Body()]) -> list[ServerView]:
        now = controls.advance()
        try:
            site_event = _SITE_EVENT.validate_python(body)
        except ValidationError as error:
            raise HTTPException(422, error.errors(include_url=False, include_input=False)) from error
        simulation.schedule(site_event, now)
        await controls.follow()
        return server_views(simulation)

    return router


def control_app(controls: Controls) -> FastAPI:
    """The control API as an application."""
    app = FastAPI(title="SEPM emulator: control", dependencies=[Depends(controls.authorise)])
    app.include_router(_judging_routes(controls))
    app.include_router(_reading_routes(controls))
    app.include_router(_client_routes(controls))
    app.include_router(_acting_routes(controls))
    app.include_router(_site_event_routes(controls))

    @app.exception_handler(EmulatorError)
    async def refused(_: Request, error: EmulatorError) -> Response:
        return JSONResponse({"detail": str(error)}, status_code=409)

    @app.exception_handler(UnknownNameError)
    async def unknown(_: Request, error: UnknownNameError) -> Response:
        return JSONResponse({"detail": str(error)}, status_code=404)

    return app
