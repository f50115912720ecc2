"""The emulated SEPM site, instrumented: `python -m tests.sweep.site`, with the emulator's own arguments."""

import sys
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

import emulator.serving.serve
from emulator.__main__ import main
from emulator.people.robot import BackOff, Robot
from emulator.rest.app import rest_app
from emulator.rest.service import RestService
from emulator.serving.front_process import FrontProcess
from tests.sweep.checkpoint import begin, passing
from tests.sweep.points import AFTER, BEFORE, kind_of_path

_POLL = timedelta(seconds=0.2)
_BACK_OFF = BackOff(limit=timedelta(seconds=0.8))
_fronts: list[FrontProcess] = []


class _WatchedFront(FrontProcess):
    """Keeps itself in mind: it is what dies here."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _fronts.append(self)


class _Checked:
    """Reports each call of SEPM's REST service before it is carried out, and before it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                await passing("", AFTER, pid=_fronts[0].pid)
            await send(message)

        begin("sepm", f"{scope['method']} {kind_of_path(scope['path'])}")
        if await passing("", BEFORE, pid=_fronts[0].pid):
            await self._app(scope, receive, answered)


def watched_app(service: RestService) -> ASGIApp:
    """The REST service, watched."""
    return _Checked(rest_app(service))


if __name__ == "__main__":
    emulator.serving.serve.rest_app = watched_app  # type: ignore[attr-defined] # the same to its caller
    emulator.serving.serve.Robot = partial(Robot, poll=_POLL, back_off=_BACK_OFF)  # type: ignore[attr-defined, assignment] # the same to its caller
    emulator.serving.serve.FrontProcess = _WatchedFront  # type: ignore[attr-defined] # the same to its caller
    sys.exit(main())
