"""The whole service: brought up, kept up, and taken down in order."""

import asyncio
import contextlib
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from pydantic import ValidationError
from temporalio.service import RPCError

from api.serving.listening import Listening
from cli.language.wording import _, counted, recognised
from cli.service import up_file as running_service
from cli.service.child_processes import ServiceProcesses
from cli.service.first_key import make_first_key
from cli.service.folder import Folder
from cli.service.supervisor import Child, Supervisor
from cli.terminal.trusted_api import trusting
from engine.client.client import lazy_client
from engine.client.presence import is_served
from engine.fault import EngineFault
from engine.process.ports import PortInUse
from oidc.errors import OidcSettingsWrong
from oidc.settings import OidcSettings
from store.store import Store

_READY_WITHIN = timedelta(seconds=60)
_LOOK_AGAIN = timedelta(milliseconds=50)
_TIMEOUT = timedelta(seconds=2)
_GIVE_UP_AFTER = 3
"""Exits of one child before everything was ready once: it will not get better by itself."""
_OWNER_ONLY = 0o077


class NotUp(Exception):  # noqa: N818 - says what is the matter, as the faults of store and engine do
    """The service did not come up; everything that was started is stopped again."""


def serve(folder: Path, api: Listening, ports: tuple[int, int], name: str, *, as_json: bool) -> None:
    """Run everything until a signal says stop.

    Args:
        folder: where everything durable lies.
        api: where the API listens; port 0 takes a free one.
        ports: of the embedded Temporal and of its UI; 0 takes a free one.
        name: of the admin whose key is made where the database has no identity.
        as_json: whether to say where everything is in one line of JSON.

    Raises:
        FolderInUse: when another one serves that folder.
        StoreFault: when the database or its keys cannot be used.
        NotUp, EngineFault: when it does not come up; nothing is left running.
    """
    _require_log_in_settings()
    os.umask(_OWNER_ONLY)  # for our files and those of every child
    place = Folder.at(folder)
    with place.held(datetime.now(UTC)):
        asyncio.run(_run(place, (api, *ports), name, as_json=as_json))


def _require_log_in_settings() -> None:
    """The API would refuse them as well, in its log, again and again."""
    try:
        OidcSettings().checked()
    except (OidcSettingsWrong, ValidationError) as error:
        raise NotUp(
            _("the settings of the company's log-in cannot work: %(error)s", error=recognised(str(error)))
        ) from None


async def _run(place: Folder, addresses: tuple[Listening, int, int], name: str, *, as_json: bool) -> None:
    running_service.forget(place.running_service)  # of one that was killed
    processes = await _planned(place, addresses)
    if "ROTATOR_DATABASE_URL" in os.environ:
        await (await Store.opened(processes.store())).close()  # else each child would end, again and again
    # the key of a database that is lost opens nothing; another database than the folder's need not answer yet
    if not place.api_key.exists() or not (place.database.exists() or "ROTATOR_DATABASE_URL" in os.environ):
        await make_first_key(processes.store(), name, place.api_key, only=True)
    if processes.own_signing_key:
        place.make_signing_key()
    stop = asyncio.Event()
    _stop_on_signals(stop)
    ready = False

    def changed() -> None:
        # before that, no client shall find a service that does not serve yet
        if ready:
            running_service.write(place.running_service, processes.running_service(supervisor.pids()))

    supervisor = Supervisor(changed)
    try:
        if await _come_up(processes, supervisor, stop):
            ready = True
            changed()
            here = processes.running_service(supervisor.pids())
            print(here.model_dump_json() if as_json else here.lines(), flush=True)  # noqa: T201 - the answer
            await stop.wait()
    finally:
        running_service.forget(place.running_service)
        await supervisor.stop()


async def _planned(place: Folder, addresses: tuple[Listening, int, int]) -> ServiceProcesses:
    """Ports and programs. A service that was just killed may hold its ports a moment longer than its folder."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _TIMEOUT.total_seconds()
    while True:
        try:
            return ServiceProcesses.plan(place, *addresses)
        except PortInUse:
            if loop.time() > deadline:
                raise
        await asyncio.sleep(_LOOK_AGAIN.total_seconds())


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # nohup ignores the hang-up on purpose
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, stop.set)


async def _come_up(processes: ServiceProcesses, supervisor: Supervisor, stop: asyncio.Event) -> bool:
    """Start everything and wait until it serves. False: a signal stopped it before that.

    Raises:
        NotUp: when a child keeps ending, or the time is over.
    """
    rising = asyncio.ensure_future(_rise(processes, supervisor))
    stopped = asyncio.ensure_future(stop.wait())
    failing = asyncio.ensure_future(_keeps_ending(supervisor))
    waits = {rising, stopped, failing}
    try:
        # a Temporal that runs elsewhere is waited for: the worker says so, and the API answers already
        longest = None if processes.server is None else _READY_WITHIN.total_seconds()
        done, _pending = await asyncio.wait(waits, timeout=longest, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            running = ", ".join(supervisor.pids()) or _("nothing")
            raise NotUp(
                _(
                    "not ready after %(seconds)s s; running: %(running)s. Its reasons stand above",
                    seconds=_READY_WITHIN.seconds,
                    running=running,
                )
            )
        if failing in done:
            child = failing.result()
            raise NotUp(
                counted(
                    "%(child)s ended %(count)s time, last with code %(code)s; its reason stands above",
                    "%(child)s ended %(count)s times, last with code %(code)s; its reason stands above",
                    child.exits,
                    child=child.spec.name,
                    code=str(child.last_code),
                )
            )
        if rising in done:
            rising.result()
        return rising in done
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def _rise(processes: ServiceProcesses, supervisor: Supervisor) -> None:
    for spec in processes.children():
        supervisor.start(spec)
        if spec.name == ServiceProcesses.TEMPORAL and processes.server is not None:
            await processes.server.ready()
    await asyncio.gather(_api_lives(processes.api_url, processes.api.tls_cert), _worker_ready(processes))


async def _api_lives(url: str, certificate: Path | None) -> None:
    """Wait until it answers: it opens the store first. A rotation that is stalled is no reason not to be up."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=5, verify=trusting(certificate)) as http:
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await http.get("/healthz/live")
                # the Temporal UI, say, answers every path with a page
                if answer.is_success and answer.headers.get("content-type") == "application/json":
                    return
            await asyncio.sleep(_LOOK_AGAIN.total_seconds())


async def _worker_ready(processes: ServiceProcesses) -> None:
    client = await lazy_client(processes.temporal, role="up")
    while True:
        with contextlib.suppress(EngineFault, RPCError):
            if await is_served(client, processes.temporal.task_queue):
                return
        await asyncio.sleep(_LOOK_AGAIN.total_seconds())


async def _keeps_ending(supervisor: Supervisor) -> Child:
    while True:
        for child in supervisor.children:
            if child.exits >= _GIVE_UP_AFTER:
                return child
        await asyncio.sleep(_LOOK_AGAIN.total_seconds())
