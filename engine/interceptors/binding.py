"""What is sent to a workflow and cannot be taken: refused where it can be seen, and the workflow goes on.

Left to the SDK, a signal without input fails the workflow task for ever and silences queries; one that cannot be read
is dropped with a line in the log; a start that does not fit holds its id for ever.
"""

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, get_type_hints

from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleQueryInput,
    HandleSignalInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from engine.codec.unreadable import UnreadPayload
from engine.contract import REFUSED_INPUT, ShowsRefused
from engine.fault import InputUnread
from engine.interceptors.answers import SignedAnswers
from rotation.running.refused_input import RefusedKind

_OF_THE_SDK = "__"
"""What the names of the SDK's own queries begin with."""
_COULD_NOT = "it could not be read when it came"


class Binding(Interceptor):
    """Refuses what does not bind, in every workflow."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002, ARG002 - the SDK's own name
        """The check of each workflow."""
        return _Bound


class _Bound(WorkflowInboundInterceptor):
    def __init__(self, next: WorkflowInboundInterceptor) -> None:  # noqa: A002 - the SDK's own name
        super().__init__(next)
        self._signals = 0

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        """Have the answers of activities checked, too."""
        super().init(SignedAnswers(outbound))

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002 - the SDK's own name
        """Fail a start that does not bind at once, so that its id is free.

        Not one whose key is missing, and not the next history of a workflow that runs: that one waits for a worker
        which can read it. The service starts nothing with a cron schedule, whose next run follows a failed one.
        """
        unread = _unread(input.run_fn, input.args)
        if unread is None:
            return await self.next.execute_workflow(input)
        info = workflow.info()
        if (unread.lacks_key or info.continued_run_id is not None) and not info.cron_schedule:
            raise InputUnread(f"the input of {info.workflow_id}", unread.why)
        raise ApplicationError(
            f"{info.workflow_type} was not begun, since its input does not fit: {unread.why}; "
            "use the API or the command to start one",
            type=REFUSED_INPUT,
            non_retryable=True,
        )

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002 - the SDK's own name
        """Refuse a signal that does not bind, and have the workflow show it.

        The history keeps that it was refused: with other keys, or in another version, it may be read, and must not be
        obeyed then.
        """
        self._signals += 1
        handler = workflow.get_signal_handler(input.signal)
        unread = None if handler is None else _unread(handler, input.args)
        if unread is None and not workflow.unsafe.is_replaying():
            await self.next.handle_signal(input)
        elif workflow.patched(f"refused-signal-{self._signals}"):
            _refuse(input.signal, unread.why if unread else _COULD_NOT)
        elif unread is None:
            await self.next.handle_signal(input)
        elif unread.lacks_key:
            # it was obeyed when it came
            raise InputUnread(f"signal {input.signal}", unread.why)
        # else it came before refusals were kept: it was dropped then, and is now

    async def handle_query(self, input: HandleQueryInput) -> Any:  # noqa: A002 - the SDK's own name
        """Answer a query that does not bind with what is wrong with it."""
        handler = None if input.query.startswith(_OF_THE_SDK) else workflow.get_query_handler(input.query)
        unread = None if handler is None else _unread(handler, input.args)
        if unread is not None:
            raise ApplicationError(
                f"query {input.query} was refused: {unread.why}", type=REFUSED_INPUT, non_retryable=True
            )
        return await self.next.handle_query(input)


def _refuse(signal: str, why: str) -> None:
    workflow.logger.warning("a signal was refused: %s: %s", signal, why)
    shows = workflow.instance()
    if isinstance(shows, ShowsRefused):
        shows.show_refused(RefusedKind.SIGNAL, signal, why)


def _unread(handler: Callable[..., Any], args: Sequence[Any]) -> UnreadPayload | None:
    """Why a method of a workflow, which the SDK may have bound, cannot be called with `args`; None: it can."""
    method = handler.func if isinstance(handler, partial) else handler
    parameters = list(inspect.signature(method).parameters.values())[1:]
    least = sum(each.default is inspect.Parameter.empty for each in parameters)
    if not least <= len(args) <= len(parameters):
        # first: no key and no version makes it fit
        return UnreadPayload(f"it came with {_counted(len(args))}, and takes {_counted(len(parameters))}")
    hints = get_type_hints(method)
    for arg, parameter in zip(args, parameters, strict=False):
        if isinstance(arg, UnreadPayload):
            return arg
        wanted: object = hints.get(parameter.name)
        if isinstance(wanted, type) and not isinstance(arg, wanted):
            return UnreadPayload(f"it came with a value of type {type(arg).__name__}, and takes a {wanted.__name__}")
    return None


def _counted(values: int) -> str:
    return {0: "no value", 1: "one value"}.get(values, f"{values} values")
