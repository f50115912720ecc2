"""The product's API, instrumented: `python -m tests.sweep.api`."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    WorkflowHandle,
)

import api.app
import api.repeats.held_answer
import api.serving.command
import store.kept_answers
from engine.client.client import lazy_client
from engine.settings import TemporalSettings
from tests.sweep.checkpoint import begin, passing, watch_commits
from tests.sweep.points import AFTER, BEFORE, kind_of_path

_LEASE = timedelta(seconds=4)


class _Calls(Interceptor):
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - the SDK's name
        return _Outbound(next)


class _Outbound(OutboundInterceptor):
    """Reports each start and signal of a workflow before it is sent to Temporal, and when it was answered."""

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002 - the SDK's name
        effect = f"rpc start {input.workflow}"
        await passing(effect, BEFORE)
        handle = await super().start_workflow(input)
        await passing(effect, AFTER)
        return handle

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002 - the SDK's name
        effect = f"rpc signal {input.signal}"
        await passing(effect, BEFORE)
        await super().signal_workflow(input)
        await passing(effect, AFTER)


async def _watched_client(settings: TemporalSettings) -> Client:
    client = await lazy_client(settings)
    config = client.config(active_config=True)
    config["interceptors"] = [_Calls()]
    config["plugins"] = []  # what they do is in the configuration already
    return Client(**config)


class _Checked:
    """Reports each call that may change something, before it is handled and before it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "GET":
            await self._app(scope, receive, send)
            return

        async def answered(message: Message) -> None:
            # a refusal has no effect that could be lost
            if message["type"] == "http.response.start" and message["status"] < HTTPStatus.BAD_REQUEST:
                await passing("", AFTER)
            await send(message)

        begin("api", f"{scope['method']} {kind_of_path(scope['path'])}")
        await passing("", BEFORE)
        await self._app(scope, receive, answered)


def create_app() -> ASGIApp:
    """The application of the environment's settings."""
    watch_commits()
    api.app.lazy_client = _watched_client  # type: ignore[attr-defined, assignment] # the same to its caller
    return _Checked(api.app.create_app())


def main() -> None:
    """Serve as the product does; a request whose process died is taken to be dead sooner."""
    store.kept_answers.LEASE = _LEASE
    api.repeats.held_answer.LEASE = _LEASE  # type: ignore[attr-defined] # it is imported there
    api.serving.command._FACTORY = "tests.sweep.api:create_app"
    api.serving.command.main()


if __name__ == "__main__":
    main()
