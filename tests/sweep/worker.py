"""The product's worker, instrumented: `python -m tests.sweep.worker`."""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any

import httpx
from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    Worker,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

import engine.interceptors.heartbeats
import worker
from engine.contract import EventKind, ProgressReport
from sepm.tls.transport import TrustingTransport
from tests.sweep.checkpoint import begin, passing, watch_commits
from tests.sweep.pace import Sooner
from tests.sweep.points import AFTER, BEFORE, kind_of_path

_BEAT = timedelta(seconds=0.4)
_STICKY = timedelta(seconds=0.5)
_READS = frozenset({"GET", "POST"})
"""A POST asks for a token."""
ENDED = "ended"


class Checkpoints(Interceptor):
    """Reports every activity before it begins, and when it is done and not yet reported to Temporal."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Around an activity."""
        return _Activity(next)

    def workflow_interceptor_class(self, _input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """Around a workflow."""
        return Sooner


class _Activity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        request = input.args[0]
        begin("worker", " ".join((activity.info().activity_type, *_choices(request))))
        step = (request.step or ENDED) if isinstance(request, ProgressReport) else ""
        await passing("", BEFORE, step=step)
        answer = await self.next.execute_activity(input)
        await passing(" ".join(_truths(answer)), AFTER)
        return answer


def _choices(request: Any) -> Iterator[str]:
    """What a request chooses among: an effect of its own for each."""
    for _, value in request:
        # what kind of event is recorded makes no other effect
        if isinstance(value, StrEnum) and not isinstance(value, EventKind):
            yield value.value


def _truths(answer: Any) -> Iterator[str]:
    for name, value in answer:
        if value is True:
            yield name


def watch_writes() -> None:
    """Report every write to SEPM before it is sent, and when it was answered."""
    send = TrustingTransport.handle_async_request

    async def watched(self: TrustingTransport, request: httpx.Request) -> httpx.Response:
        if request.method in _READS:
            return await send(self, request)
        effect = f"rest {request.method} {kind_of_path(request.url.path)}"
        await passing(effect, BEFORE)
        response = await send(self, request)
        await passing(effect, AFTER)
        return response

    TrustingTransport.handle_async_request = watched  # type: ignore[method-assign] # the same to its callers


def main() -> None:
    """Serve as the product does."""
    watch_commits()
    watch_writes()
    engine.interceptors.heartbeats._BEAT = _BEAT
    worker._STICKY = _STICKY
    worker.Worker = partial(Worker, interceptors=[Checkpoints()])  # type: ignore[attr-defined, assignment] # the same to its caller
    worker.main()


if __name__ == "__main__":
    main()
